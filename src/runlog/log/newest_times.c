#include "runlog/log/newest_times.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/batch_stream.h"
#include "data/view.h"

static void sift_down(int64_t *heap, size_t size, size_t at)
{
    for (;;) {
        size_t least = at, left = 2 * at + 1, right = left + 1;
        if (left < size && heap[left] < heap[least]) least = left;
        if (right < size && heap[right] < heap[least]) least = right;
        if (least == at) return;
        int64_t swapped = heap[at];
        heap[at] = heap[least];
        heap[least] = swapped;
        at = least;
    }
}

static int add(struct quire_buf *newest, int64_t limit, int64_t time)
{
    size_t size = newest->size / sizeof(time);
    if (size < (size_t)limit) {
        int code = quire_buf_append(newest, &time, sizeof(time));
        int64_t *heap = (int64_t *)(void *)newest->data;
        for (size_t at = size; code == 0 && at > 0 && heap[at] < heap[(at - 1) / 2];) {
            size_t parent = (at - 1) / 2;
            heap[at] = heap[parent];
            heap[parent] = time;
            at = parent;
        }
        return code;
    }
    int64_t *heap = (int64_t *)(void *)newest->data;
    if (time <= heap[0]) return 0;
    heap[0] = time;
    sift_down(heap, size, 0);
    return 0;
}

int quire_newest_take(struct ArrowArrayStream *stream, const char *column, int64_t limit,
                      struct quire_buf *newest, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_CLEANUP(quire_field_cleanup) struct quire_field *fields = NULL;
    QUIRE_CLEANUP(quire_view_cleanup) struct quire_view *view = NULL;
    QUIRE_TRY(quire_stream_schema(stream, &schema, error));
    QUIRE_TRY(quire_field_open(&schema, &fields, error));
    QUIRE_TRY(quire_view_new(fields, &view, error));
    int64_t at = quire_field_child(fields, column, strlen(column));
    for (;;) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(stream, &batch, error));
        if (batch.release == NULL) return 0;
        QUIRE_TRY(quire_view_set(view, &batch, error));
        const struct quire_view *times = &view->children[at];
        const int64_t *values = times->values;
        for (int64_t i = 0; i < times->length; i++) {
            int64_t time = quire_view_is_null(times, i) ? INT64_MIN : values[times->offset + i];
            if (add(newest, limit, time) != 0) return quire_fail_memory(error, "read run log");
        }
    }
}

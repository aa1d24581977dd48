/* A page that is tried is compressed both ways, and the smaller one taken. */
#include "format/parquet/write/page_level.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"

#define OPERATION   "write parquet"
#define TRIAL_PAGES 16             /* of which one is tried */
#define TRIAL_BYTES ((size_t)4096) /* of a smaller page nothing is learnt */
#define WORTH       200            /* one part in so many is what a higher level must save */

/* out holds the page as compressed with the level that was asked for. */
static int try_least(struct quire_page_level *level, const struct quire_codec *codec, int least,
                     const void *bytes, size_t size, void *out, size_t capacity, size_t *out_size,
                     struct quire_error *error)
{
    size_t trial_size = 0;
    QUIRE_CLEANUP(quire_cleanup_free) uint8_t *trial = quire_alloc(capacity);
    if (trial == NULL) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(codec->compress(bytes, size, least, trial, capacity, &trial_size, error));
    level->least = trial_size <= *out_size + *out_size / WORTH;
    if (trial_size >= *out_size) return 0;
    memcpy(out, trial, trial_size);
    *out_size = trial_size;
    return 0;
}

int quire_page_level_compress(struct quire_page_level *level, const struct quire_codec *codec,
                              int asked, const void *bytes, size_t size, void *out, size_t capacity,
                              size_t *out_size, struct quire_error *error)
{
    int least = codec->level_min > 1 ? codec->level_min : 1; /* 0 and less do little or nothing */
    if (asked == 0) asked = codec->level_default;
    if (asked <= least || size < TRIAL_BYTES)
        return codec->compress(bytes, size, asked, out, capacity, out_size, error);
    bool trial = level->pages++ % TRIAL_PAGES == 0;
    int used = level->least && !trial ? least : asked;
    QUIRE_TRY(codec->compress(bytes, size, used, out, capacity, out_size, error));
    if (!trial) return 0;
    return try_least(level, codec, least, bytes, size, out, capacity, out_size, error);
}

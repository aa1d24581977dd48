#include "table/commit/commit.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_text.h"
#include "base/random.h"

#define OPERATION  "commit"
#define COMMIT_MAX ((size_t)64 << 20) /* bytes that are read back to look for the mark */

void quire_commit_mark(char out[QUIRE_COMMIT_MARK_SIZE])
{
    struct quire_random generator;
    quire_random_seed(&generator, quire_random_entropy());
    uint64_t a = quire_random_u64(&generator), b = quire_random_u64(&generator);
    snprintf(out, QUIRE_COMMIT_MARK_SIZE, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32),
             (unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff),
             (unsigned)(0x8000 | (b >> 48 & 0x3fff)), (unsigned long long)(b & 0xffffffffffffULL));
}

int64_t quire_commit_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* JSON as a member of what is being written. */
static int put_raw(struct quire_json_writer *writer, const char *key, const char *json)
{
    quire_json_writer_key(writer, key);
    quire_json_writer_null(writer);
    if (writer->code != 0) return writer->code;
    writer->out->size -= 4; /* the null */
    return quire_buf_append_text(writer->out, json);
}

/* The metrics with the time that the operation took, which Spark calls so. */
static int put_metrics(struct quire_json_writer *writer, const struct quire_commit_info *info)
{
    QUIRE_TRY(put_raw(writer, "operationMetrics", info->metrics));
    if (info->took_ms < 0) return 0;
    writer->out->size--; /* the brace that closes them */
    bool first = writer->out->data[writer->out->size - 1] == '{';
    return quire_buf_printf(writer->out, "%s\"executionTimeMs\":\"%lld\"}", first ? "" : ",",
                            (long long)info->took_ms);
}

int quire_commit_info_write(const struct quire_commit_info *info, const char *mark, int64_t now_ms,
                            struct quire_buf *out)
{
    struct quire_json_writer writer = quire_json_writer_to(out);
    quire_json_writer_begin_object(&writer);
    quire_json_writer_key(&writer, "commitInfo");
    quire_json_writer_begin_object(&writer);
    if (info->stamp_ms != 0) {
        quire_json_writer_key(&writer, "inCommitTimestamp");
        quire_json_writer_i64(&writer, info->stamp_ms);
    }
    quire_json_writer_key(&writer, "timestamp");
    quire_json_writer_i64(&writer, now_ms);
    quire_json_writer_key(&writer, "operation");
    quire_json_writer_string(&writer, info->operation);
    QUIRE_TRY(put_raw(&writer, "operationParameters", info->parameters));
    if (info->read_version >= 0) {
        quire_json_writer_key(&writer, "readVersion");
        quire_json_writer_i64(&writer, info->read_version);
    }
    quire_json_writer_key(&writer, "isolationLevel");
    quire_json_writer_string(&writer, "Serializable");
    quire_json_writer_key(&writer, "isBlindAppend");
    quire_json_writer_bool(&writer, info->blind_append);
    if (info->metrics != NULL) QUIRE_TRY(put_metrics(&writer, info));
    if (info->rows_kept != NULL) {
        quire_json_writer_key(&writer, "tags");
        quire_json_writer_begin_object(&writer);
        quire_json_writer_key(&writer, "delta.rowTracking.preserved");
        quire_json_writer_string(&writer, info->rows_kept);
        quire_json_writer_end_object(&writer);
    }
    if (info->beside != NULL) QUIRE_TRY(put_raw(&writer, "quire", info->beside));
    quire_json_writer_key(&writer, "engineInfo");
    quire_json_writer_string(&writer, "quire/" QUIRE_VERSION);
    quire_json_writer_key(&writer, "txnId");
    quire_json_writer_string(&writer, mark);
    quire_json_writer_end_object(&writer);
    quire_json_writer_end_object(&writer);
    QUIRE_TRY(quire_json_writer_finish(&writer));
    return quire_buf_push(out, '\n');
}

/* Whether the version stands, and is ours. */
static int look_back(struct quire_store *store, const char *key, const struct quire_buf *lines,
                     const char *mark, bool *stands, bool *ours, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf found = {0};
    size_t room = lines->size < COMMIT_MAX ? lines->size : COMMIT_MAX, got = 0;
    if (quire_buf_reserve(&found, room + 1) != 0) return quire_fail_memory(error, OPERATION);
    int code = quire_store_get(store, key, 0, found.data, room, &got, error);
    *stands = code == 0;
    if (code == QUIRE_NOT_FOUND) return 0;
    QUIRE_TRY(code);
    *ours = got == room && memmem(found.data, got, mark, strlen(mark)) != NULL;
    return 0;
}

int quire_commit_put(struct quire_store *store, const char *key, int64_t version,
                     const struct quire_buf *lines, const char *mark,
                     enum quire_durability durability, enum quire_commit_outcome *outcome,
                     struct quire_error *error)
{
    /* A table whose folder was deleted meanwhile does not come back as one commit of its own. */
    const struct quire_put_options options = {
        .mode = QUIRE_PUT_CREATE_ONLY, .durability = durability, .no_parents = version > 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf name = {0};
    char commit[QUIRE_LOG_NAME_MAX];
    struct quire_error put_error, look_error;
    bool stands = false, ours = false;
    *outcome = QUIRE_COMMIT_FAILED;
    quire_log_name_commit(version, commit);
    if (quire_buf_printf(&name, "%s" QUIRE_LOG_FOLDER "%s", key, commit) != 0 ||
        quire_buf_terminate(&name) != 0)
        return quire_fail_memory(error, OPERATION);
    const char *path = (const char *)name.data;
    quire_error_clear(&put_error);
    quire_error_clear(&look_error);
    int code = store->ops->put(store, path, lines->data, lines->size, &options, NULL, &put_error);
    bool open = code == QUIRE_EXISTS || code == QUIRE_IO || code == QUIRE_RETRY;
    if (code == 0) *outcome = QUIRE_COMMIT_DONE;
    if (!open) {
        if (code != 0 && error != NULL) *error = put_error;
        return code;
    }
    bool local = (store->ops->capabilities & QUIRE_STORE_LOCAL) != 0;
    int looked = look_back(store, path, lines, mark, &stands, &ours, &look_error);
    if (looked == 0 && stands) {
        *outcome = ours ? QUIRE_COMMIT_DONE : QUIRE_COMMIT_LOST;
        return 0;
    }
    /* What was sent over a network may still be on its way. */
    if (looked != 0 || !local) *outcome = QUIRE_COMMIT_UNKNOWN;
    /* That a version exists says nothing to the caller: what fails is to see whose it is. */
    if (looked != 0 && code == QUIRE_EXISTS) {
        code = looked;
        put_error = look_error;
    }
    if (error != NULL) *error = put_error;
    return code;
}

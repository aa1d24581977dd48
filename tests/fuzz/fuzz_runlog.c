/* What pipelines say: any text is a model or refused with a reason. What is printed of one is read
 * back to the same. Steps that come as a text one at a time are as many as of the whole. */
#include <string.h>

#include "base/cleanup.h"
#include "fuzz.h"
#include "memory_in.h"
#include "quire/runlog_model.h"
#include "runlog/model/json_scan.h"

union any_model {
    struct quire_runlog_row row;
    struct quire_runlog_context context;
    struct quire_runlog_step step;
    struct quire_runlog_pipeline_metrics metrics;
    struct quire_runlog_execution execution;
    struct quire_runlog_report report;
};

static void free_texts(struct quire_runlog_texts **texts)
{
    quire_runlog_texts_free(*texts);
}

static void free_text(char **text)
{
    quire_free(*text);
}

void fuzz_runlog(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    enum quire_runlog_model model =
        (enum quire_runlog_model)fuzz_take_below(&bytes, QUIRE_RUNLOG_MODEL_REPORT_STEP);
    QUIRE_CLEANUP(free_text) char *text = fuzz_take_text(&bytes);
    QUIRE_CLEANUP(free_text) char *printed = NULL;
    QUIRE_CLEANUP(free_text) char *again = NULL;
    QUIRE_CLEANUP(free_texts) struct quire_runlog_texts *texts = NULL;
    union any_model object;
    struct quire_error error;
    quire_error_clear(&error);
    FUZZ_CHECK(quire_runlog_texts_new(&texts, NULL) == 0, "%zu", size);
    int code = quire_runlog_model_parse(model, text, strlen(text), texts, &object, &error);
    if (code != 0) {
        fuzz_check_error(code, &error);
        return;
    }
    FUZZ_CHECK(quire_runlog_model_print(model, &object, &printed, &error) == 0, "%s", error.cause);
    code = quire_runlog_model_parse(model, printed, strlen(printed), texts, &object, &error);
    /* What is nested as deeply as may be is nested one deeper in metadata. */
    if (code == QUIRE_LIMIT) return;
    FUZZ_CHECK(code == 0, "%s: %s", printed, error.cause);
    FUZZ_CHECK(quire_runlog_model_print(model, &object, &again, &error) == 0, "%s", error.cause);
    FUZZ_CHECK(strcmp(printed, again) == 0, "%s, then %s", printed, again);
}

/* Values of a text, skipped and held: both end at the same place. */
void fuzz_json_scan(const uint8_t *data, size_t size)
{
    struct memory_in in;
    QUIRE_CLEANUP(quire_json_scan_release) struct quire_json_scan skipping = {.in = NULL};
    QUIRE_CLEANUP(quire_json_scan_release) struct quire_json_scan holding = {.in = NULL};
    memory_in_init_anywhere(&in, data, size);
    skipping.in = holding.in = &in.in;
    quire_json_scan_seek(&skipping, 0);
    quire_json_scan_seek(&holding, 0);
    for (int c = 0; c >= 0;) {
        QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {.blocks = NULL};
        struct quire_json_node *node = NULL;
        struct quire_error error;
        quire_error_clear(&error);
        if (quire_json_scan_peek(&holding, &c, &error) != 0 || c < 0) return;
        int code = quire_json_scan_value(&holding, &arena, &node, &error);
        if (code != 0) {
            fuzz_check_error(code, &error);
            return;
        }
        FUZZ_CHECK(quire_json_scan_skip(&skipping, &error) == 0, "%s", error.cause);
        FUZZ_CHECK(quire_json_scan_tell(&skipping) == quire_json_scan_tell(&holding), "%lld",
                   (long long)quire_json_scan_tell(&holding));
    }
}

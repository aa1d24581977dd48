/* Looking at all records before any is read.
 *
 * One survey goes through the inputs in their order; what it holds does not grow with
 * them. Files that carry their schema are not looked through: theirs is widened with
 * what the others came to. */
#include "file/evolve.h"

#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "base/observe.h"
#include "base/progress.h"
#include "data/survey.h"
#include "data/widen.h"
#include "file/object_in.h"
#include "file/source.h"

/* The part of the memory budget that the names of fields may take. */
#define BUDGET_SHARE 4

struct evolving {
    const struct quire_read_options *options;
    struct quire_context *context;
    struct quire_survey survey;
    bool surveyed;            /* any input was looked through */
    struct ArrowSchema typed; /* of the inputs that carry theirs; released: none */
};

static int fail_once(struct quire_error *error)
{
    quire_fail(error, QUIRE_USAGE, "read",
               "--extra evolve reads its input twice, and this one can be read only once");
    quire_error_hint(error, "save it to a file first; or name the columns with --schema, or leave "
                            "the others out with --extra ignore");
    return QUIRE_USAGE;
}

static int look_through(struct evolving *evolving, const char *url, struct quire_object_in *object,
                        struct quire_error *error)
{
    struct quire_record_policy records = evolving->options->records;
    struct quire_progress_task progress;
    records.schema = NULL; /* the survey has it */
    records.extra = QUIRE_EXTRA_IGNORE;
    records.missing = QUIRE_MISSING_NULL;
    records.columns = NULL;
    records.columns_size = 0;
    records.columns_given = false;
    records.conditions = NULL;
    records.conditions_size = 0;
    records.reject = NULL; /* the second pass tells of them */
    records.counts = NULL;
    quire_progress_begin(&progress, evolving->context->observer, NULL, url,
                         object->stored->size > 0 ? object->stored->size : 0);
    quire_source_watch(object->stored, &progress);
    int code = object->format->survey(object->plain, object->options, &records, evolving->context,
                                      &evolving->survey, error);
    quire_source_watch(object->stored, NULL);
    quire_progress_end(&progress, code == 0                 ? QUIRE_PROGRESS_DONE
                                  : code == QUIRE_CANCELLED ? QUIRE_PROGRESS_CANCELLED
                                                            : QUIRE_PROGRESS_FAILED);
    evolving->surveyed = true;
    return code;
}

static struct quire_widening widening(const struct evolving *evolving)
{
    const struct quire_infer_policy *policy = &evolving->survey.policy;
    return (struct quire_widening){
        .mixed = policy->text_fallback                     ? QUIRE_WIDEN_TEXT
                 : policy->mixed == QUIRE_INFER_MIXED_JSON ? QUIRE_WIDEN_JSON
                                                           : QUIRE_WIDEN_ERROR,
        .floats = policy->numbers == QUIRE_INFER_FLOAT,
    };
}

/* The schema that a file carries. */
static int widen_typed(struct evolving *evolving, const char *url, struct quire_error *error)
{
    struct quire_read_options options = *evolving->options;
    struct ArrowArrayStream stream = {.release = NULL};
    struct ArrowSchema schema = {.release = NULL}, wider = {.release = NULL};
    options.context = evolving->context;
    options.records = (struct quire_record_policy){.extra = QUIRE_EXTRA_ERROR};
    QUIRE_TRY(quire_file_read(url, &options, &stream, error));
    int code = quire_stream_schema(&stream, &schema, error);
    quire_stream_release(&stream);
    QUIRE_TRY(code);
    if (evolving->typed.release == NULL) {
        evolving->typed = schema;
        return 0;
    }
    const struct quire_widening rules = widening(evolving);
    code = quire_schema_widen(&evolving->typed, &schema, &rules, &wider, error);
    quire_schema_release(&schema);
    QUIRE_TRY(code);
    quire_schema_release(&evolving->typed);
    evolving->typed = wider;
    return 0;
}

static int take_input(struct evolving *evolving, const char *url, struct quire_error *error)
{
    struct quire_object_in object = {.store = NULL};
    int code = quire_file_rereadable(url) ? 0 : fail_once(error);
    if (code == 0)
        code = quire_object_in_open(&object, url, evolving->options, evolving->context, error);
    if (code == 0 && object.format->survey != NULL)
        code = look_through(evolving, url, &object, error);
    else if (code == 0 && (object.format->flags & QUIRE_FORMAT_TYPED) != 0)
        code = widen_typed(evolving, url, error);
    else if (code == 0)
        code = quire_fail(error, QUIRE_UNSUPPORTED, "read",
                          "the format %s cannot look at records before they are read",
                          object.format->name);
    quire_object_in_release(&object);
    if (code != 0) {
        quire_error_operation(error, "read");
        quire_error_path(error, url);
    }
    return code;
}

static bool has_field(const struct ArrowSchema *schema, const char *name, bool any_case)
{
    if (name == NULL) name = "";
    for (int64_t i = 0; i < schema->n_children; i++) {
        const char *known = schema->children[i]->name != NULL ? schema->children[i]->name : "";
        if (strcmp(known, name) == 0 || (any_case && strcasecmp(known, name) == 0)) return true;
    }
    return false;
}

/* Both together. What was given stays as it is, and only gets further columns. */
static int join_typed(struct evolving *evolving, const struct ArrowSchema *found,
                      struct ArrowSchema *schema, struct quire_error *error)
{
    const struct ArrowSchema *given = evolving->options->records.schema;
    const struct quire_widening rules = widening(evolving);
    if (given == NULL) return quire_schema_widen(&evolving->typed, found, &rules, schema, error);
    struct ArrowSchema more = evolving->typed;
    QUIRE_CLEANUP(quire_cleanup_free)
    struct ArrowSchema **children =
        quire_alloc_zero((size_t)more.n_children + 1, sizeof(*children));
    if (children == NULL) return quire_fail_memory(error, "read");
    more.children = children;
    more.n_children = 0;
    for (int64_t i = 0; i < evolving->typed.n_children; i++) {
        struct ArrowSchema *column = evolving->typed.children[i];
        if (!has_field(given, column->name, evolving->options->records.any_case))
            children[more.n_children++] = column;
    }
    return quire_schema_widen(found, &more, &rules, schema, error);
}

static int settle(struct evolving *evolving, struct ArrowSchema *schema, struct quire_error *error)
{
    struct ArrowSchema found = {.release = NULL};
    bool typed = evolving->typed.release != NULL;
    if (typed && !evolving->surveyed && evolving->options->records.schema == NULL)
        return quire_schema_copy(&evolving->typed, schema, error);
    QUIRE_TRY(quire_survey_finish(&evolving->survey, typed ? &found : schema, error));
    if (!typed) return 0;
    int code = join_typed(evolving, &found, schema, error);
    quire_schema_release(&found);
    return code;
}

int quire_evolve(const char *const *urls, size_t urls_size,
                 const struct quire_read_options *options, struct ArrowSchema *schema,
                 struct quire_error *error)
{
    const struct quire_record_policy *records = &options->records;
    struct evolving evolving = {.options = options, .context = options->context};
    int code = 0;
    if (evolving.context == NULL) QUIRE_TRY(quire_context_new(NULL, &evolving.context, error));
    code = quire_survey_init(&evolving.survey, records->schema, records->any_case,
                             evolving.context->budget.max / BUDGET_SHARE, error);
    evolving.survey.policy.mixed =
        records->mixed == QUIRE_MIXED_JSON ? QUIRE_INFER_MIXED_JSON : QUIRE_INFER_MIXED_ERROR;
    evolving.survey.policy.numbers =
        records->numbers == QUIRE_NUMBERS_FLOAT ? QUIRE_INFER_FLOAT : QUIRE_INFER_EXACT;
    evolving.survey.policy.keep_null = records->keep_null;
    for (size_t i = 0; code == 0 && i < urls_size; i++)
        code = take_input(&evolving, urls[i], error);
    if (code == 0) {
        code = settle(&evolving, schema, error);
        if (code != 0 && urls_size == 1) quire_error_path(error, urls[0]);
    }
    quire_survey_release(&evolving.survey);
    quire_schema_release(&evolving.typed);
    if (options->context == NULL) quire_context_free(evolving.context);
    return code;
}

/* The start of a file: byte order mark, skipped lines, header, and which of its
 * columns become which of the batches'. */
#include <strings.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/options.h"
#include "base/text.h"
#include "format/csv/csv_names.h"
#include "quire/batch.h"

static int fail_at(int64_t byte, struct quire_error *error, const char *cause, const char *hint)
{
    quire_fail(error, QUIRE_INPUT, QUIRE_CSV_READ, "%s", cause);
    quire_error_at(error, QUIRE_NOWHERE, NULL, byte);
    quire_error_hint(error, "%s", hint);
    return QUIRE_INPUT;
}

static int skip_mark(const uint8_t *bytes, size_t size, size_t *at, struct quire_error *error)
{
    if (size >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0))
        return fail_at(0, error, "the file is UTF-16 (by its byte order mark), not UTF-8",
                       "convert it, for instance with iconv -f utf-16 -t utf-8");
    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) *at = 3;
    return 0;
}

/* Behind the line at `at`. */
static size_t next_line(const uint8_t *bytes, size_t size, size_t at)
{
    const uint8_t *feed = memchr(bytes + at, '\n', size - at);
    return feed != NULL ? (size_t)(feed - bytes) + 1 : size;
}

/* The first line that is neither empty nor a comment, or size. */
static size_t skip_blank(const struct quire_csv_reader *reader, const uint8_t *bytes, size_t size,
                         size_t at)
{
    for (size_t next; at < size; at = next) {
        next = next_line(bytes, size, at);
        size_t end = bytes[next - 1] == '\n' ? next - 1 : next;
        bool comment = bytes[at] == reader->marks.comment;
        if (!comment && quire_csv_trim_cr(&reader->marks, bytes, at, end) > at) break;
    }
    return at;
}

/* The end of the record at start; false when the bytes end before it. */
static bool find_record(const struct quire_csv_reader *reader, const uint8_t *bytes, size_t size,
                        size_t start, bool at_end, size_t *end, size_t *open)
{
    *open = SIZE_MAX;
    for (size_t at = start;; at = *end + 1) {
        *end = quire_csv_field_end(&reader->marks, bytes, size, at, open);
        if (*end >= size) return at_end && *open == SIZE_MAX;
        if (bytes[*end] == '\n') return true;
    }
}

/* --- Columns ------------------------------------------------------------------- */

/* Could the text that means null also be read as a number or a date? Such texts
 * have a digit, but for the words of floats. */
static bool null_is_value(const char *text)
{
    if (strpbrk(text, "0123456789") != NULL) return true;
    if (*text == '-' || *text == '+') text++;
    return quire_text_equal_ignore_case(text, "nan") || quire_text_equal_ignore_case(text, "inf") ||
           quire_text_equal_ignore_case(text, "infinity");
}

static int make_sources(struct quire_csv_reader *reader, size_t size, struct quire_error *error)
{
    quire_free(reader->sources);
    reader->sources_size = 0;
    reader->sources = quire_alloc_zero(size + 1, sizeof(*reader->sources));
    return reader->sources != NULL ? 0 : quire_fail_memory(error, QUIRE_CSV_READ);
}

static void add_source(struct quire_csv_reader *reader, size_t file, bool missing)
{
    reader->sources[reader->sources_size++] = (struct quire_csv_source){
        .file = file,
        .missing = missing,
        .null_is_value = null_is_value(reader->null_text),
    };
}

static bool projected(const struct quire_record_policy *policy, const char *name)
{
    if (policy->columns == NULL && !policy->columns_given) return true;
    for (size_t i = 0; i < policy->columns_size; i++) {
        if (strcmp(policy->columns[i], name) == 0) return true;
    }
    return false;
}

/* Every column asked for must be one of `known`. */
static int check_projection(const struct quire_record_policy *policy, const char *const *known,
                            size_t known_size, struct quire_error *error)
{
    for (size_t i = 0; i < policy->columns_size; i++) {
        size_t at = 0;
        while (at < known_size && strcmp(known[at], policy->columns[i]) != 0)
            at++;
        if (at < known_size) continue;
        quire_fail(error, QUIRE_USAGE, QUIRE_CSV_READ, "there is no column named \"%s\"",
                   policy->columns[i]);
        const char *nearest = quire_options_nearest(known, known_size, policy->columns[i]);
        if (nearest != NULL) quire_error_hint(error, "did you mean %s?", nearest);
        return QUIRE_USAGE;
    }
    return 0;
}

static int project_names(struct quire_csv_reader *reader, struct quire_csv_names *names,
                         struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free)
    const char **known = quire_alloc_zero(names->size + 1, sizeof(*known));
    if (known == NULL) return quire_fail_memory(error, QUIRE_CSV_READ);
    for (size_t i = 0; i < names->size; i++)
        known[i] = names->names[i].text;
    QUIRE_TRY(check_projection(&reader->policy, known, names->size, error));
    QUIRE_TRY(make_sources(reader, names->size, error));
    for (size_t i = 0; i < names->size; i++) {
        names->names[i].wanted = projected(&reader->policy, known[i]);
        if (names->names[i].wanted) add_source(reader, i, false);
    }
    return 0;
}

/* --- A given schema ------------------------------------------------------------ */

/* The only column that is called so but for case, and not just as another field is. */
static size_t find_any_case(const struct quire_csv_names *names, const struct quire_field *root,
                            const struct quire_field *field)
{
    size_t found = names->size;
    for (size_t i = 0; i < names->size; i++) {
        const struct quire_csv_name *name = &names->names[i];
        if (name->size != field->name_size ||
            strncasecmp(name->text, field->name, name->size) != 0 ||
            quire_field_child(root, name->text, name->size) >= 0)
            continue;
        if (found < names->size) return names->size;
        found = i;
    }
    return found;
}

/* The column of the file that a field of the schema has, by name or position;
 * names->size when none. *guess is where the last one was found. */
static size_t find_column(const struct quire_csv_reader *reader,
                          const struct quire_csv_names *names, const struct quire_field *field,
                          size_t position, size_t *guess)
{
    if (reader->options.header != QUIRE_CSV_HEADER_ON)
        return position < names->size ? position : names->size;
    /* Mostly the columns come in the order of the schema. */
    for (size_t i = 0; i < names->size; i++) {
        size_t at = (*guess + i) % names->size;
        if (names->names[at].size != field->name_size ||
            memcmp(names->names[at].text, field->name, field->name_size) != 0)
            continue;
        *guess = at + 1;
        return at;
    }
    return names->size;
}

static int check_extra(const struct quire_csv_reader *reader, const struct quire_csv_names *names,
                       struct quire_error *error)
{
    if (reader->policy.extra == QUIRE_EXTRA_IGNORE) return 0;
    for (size_t i = 0; i < names->size; i++) {
        if (names->names[i].wanted) continue;
        quire_fail(error, QUIRE_INPUT, QUIRE_CSV_READ,
                   "the file has a column that the schema does not have");
        quire_error_at(error, QUIRE_NOWHERE, names->names[i].text, QUIRE_NOWHERE);
        quire_error_hint(error, "--extra ignore leaves it out, --extra evolve adds it");
        return QUIRE_INPUT;
    }
    return 0;
}

/* Matches fields to columns; subset receives the fields that are delivered. known
 * is false for an empty file, all of whose columns are as the schema says. */
static int match_schema(struct quire_csv_reader *reader, struct quire_csv_names *names, bool known,
                        const struct quire_field *root, struct quire_field *subset,
                        struct quire_error *error)
{
    size_t guess = 0;
    for (size_t i = 0; i < names->size; i++)
        names->names[i].wanted = false;
    for (size_t i = 0; i < root->children_size; i++) {
        const struct quire_field *field = &root->children[i];
        size_t at = known ? find_column(reader, names, field, i, &guess) : names->size;
        if (at == names->size && known && reader->policy.any_case &&
            reader->options.header == QUIRE_CSV_HEADER_ON)
            at = find_any_case(names, root, field);
        bool missing = at == names->size;
        if (!missing) names->names[at].wanted = true;
        if (!projected(&reader->policy, field->name)) continue;
        if (missing && known &&
            (reader->policy.missing == QUIRE_MISSING_ERROR || !field->nullable)) {
            quire_fail(error, QUIRE_INPUT, QUIRE_CSV_READ,
                       "the file does not have a column of the schema");
            quire_error_at(error, QUIRE_NOWHERE, field->name, QUIRE_NOWHERE);
            return QUIRE_INPUT;
        }
        subset->children[subset->children_size++] = *field;
        add_source(reader, missing ? 0 : at, missing);
    }
    return known ? check_extra(reader, names, error) : 0;
}

static int use_schema(struct quire_csv_reader *reader, struct quire_csv_names *names, bool known,
                      struct ArrowSchema *schema, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_field_cleanup) struct quire_field *root = NULL;
    QUIRE_TRY(quire_field_open(reader->policy.schema, &root, error));
    QUIRE_CLEANUP(quire_cleanup_free)
    const char **known_names = quire_alloc_zero(root->children_size + 1, sizeof(*known_names));
    QUIRE_CLEANUP(quire_cleanup_free)
    struct quire_field *children = quire_alloc_zero(root->children_size + 1, sizeof(*children));
    if (known_names == NULL || children == NULL) return quire_fail_memory(error, QUIRE_CSV_READ);
    for (size_t i = 0; i < root->children_size; i++)
        known_names[i] = root->children[i].name;
    QUIRE_TRY(check_projection(&reader->policy, known_names, root->children_size, error));
    QUIRE_TRY(make_sources(reader, root->children_size, error));
    if (!known) reader->fields = root->children_size > 0 ? root->children_size : 1;
    struct quire_field subset = *root;
    subset.children = children;
    subset.children_size = 0;
    QUIRE_TRY(match_schema(reader, names, known, root, &subset, error));
    return quire_field_to_schema(&subset, schema, error);
}

/* --- Start --------------------------------------------------------------------- */

/* Nothing but empty lines and comments, which without a header may be nulls. */
static int start_empty(struct quire_csv_reader *reader, size_t records, size_t size, size_t *skip,
                       struct ArrowSchema *schema, struct quire_error *error)
{
    struct quire_csv_names names = {0};
    bool surveyed = reader->survey != NULL && reader->survey->given != NULL;
    if (surveyed) return quire_schema_parse("", 0, schema, error);
    if (reader->policy.schema != NULL) {
        *skip = reader->options.header == QUIRE_CSV_HEADER_ON ? size : records;
        return use_schema(reader, &names, false, schema, error);
    }
    quire_fail(error, QUIRE_INPUT, QUIRE_CSV_READ, "the file is empty: it has no header");
    quire_error_hint(error, "a schema (--schema) says which columns an empty file has");
    return QUIRE_INPUT;
}

/* What start is about: the sample, and the first record in it. */
struct sample {
    const uint8_t *bytes;
    size_t size;
    size_t records;    /* where they begin, when there is no header */
    size_t start, end; /* of the first record that is not empty */
    bool may_grow;
    bool cut; /* it ends before the input does */
};

/* A survey keeps the names and has no columns of its own. */
static int start_survey(struct quire_csv_reader *reader, struct quire_csv_names *names,
                        struct ArrowSchema *schema, struct quire_error *error)
{
    const struct quire_field *given = reader->survey->given;
    if (reader->options.header != QUIRE_CSV_HEADER_ON && given != NULL)
        QUIRE_TRY(quire_csv_names_take(names, given, error));
    *reader->header = *names;
    *names = (struct quire_csv_names){0};
    QUIRE_TRY(quire_csv_survey_names(reader, error));
    return quire_schema_parse("", 0, schema, error);
}

static int start_columns(struct quire_csv_reader *reader, const struct sample *sample,
                         bool *need_more, size_t *skip, struct quire_csv_names *names,
                         struct ArrowSchema *schema, struct quire_error *error)
{
    const uint8_t *bytes = sample->bytes;
    size_t records = sample->records;
    if (reader->options.header == QUIRE_CSV_HEADER_ON) {
        QUIRE_TRY(quire_csv_names_read(reader, bytes, sample->start, sample->end, names, error));
        records = sample->end < sample->size ? sample->end + 1 : sample->size;
    } else {
        QUIRE_TRY(quire_csv_names_make(reader, bytes, sample->start, sample->end, names, error));
    }
    *skip = records;
    reader->fields = names->size;
    if (reader->survey != NULL) return start_survey(reader, names, schema, error);
    reader->inferred = reader->policy.schema == NULL;
    if (!reader->inferred) return use_schema(reader, names, true, schema, error);
    QUIRE_TRY(project_names(reader, names, error));
    /* A record that the sample cuts off is not looked at: half a date is a string. */
    size_t size = sample->size;
    if (sample->cut) {
        size_t whole = 0;
        QUIRE_TRY(
            quire_csv_split(reader, bytes + records, size - records, 0, false, &whole, error));
        size = records + whole;
    }
    return quire_csv_infer(reader, names, bytes, size, records, sample->may_grow, need_more, schema,
                           error);
}

/* Refuses bytes that have CRs and no line feed: all of them seemed one line. */
static int check_line_ends(const uint8_t *bytes, size_t size, struct quire_error *error)
{
    const uint8_t *cr = memchr(bytes, '\r', size);
    if (cr == NULL || memchr(bytes, '\n', size) != NULL) return 0;
    return quire_csv_fail_cr((size_t)(cr - bytes), error);
}

/* There is no first record in the sample, and there is no more of it. */
static int fail_first(const struct sample *sample, size_t open, struct quire_error *error)
{
    if (memchr(sample->bytes + sample->start, 0, sample->size - sample->start) != NULL)
        return fail_at((int64_t)sample->start, error, "this is not a line of text",
                       "is this a binary or compressed file?");
    if (open != SIZE_MAX) return quire_csv_fail_open(open, error);
    QUIRE_TRY(check_line_ends(sample->bytes, sample->size, error));
    return fail_at((int64_t)sample->start, error, "the first record is too long",
                   "a record must fit in an eighth of the memory budget (--memory)");
}

int quire_csv_start(void *state, const uint8_t *bytes, size_t size, bool at_end, bool enough,
                    bool *need_more, size_t *skip, struct ArrowSchema *schema,
                    struct quire_error *error)
{
    struct quire_csv_reader *reader = state;
    struct sample sample = {
        .bytes = bytes, .size = size, .may_grow = !at_end && !enough, .cut = !at_end && enough};
    size_t open = SIZE_MAX;
    *need_more = false;
    QUIRE_TRY(skip_mark(bytes, size, &sample.records, error));
    for (int64_t i = 0; i < reader->options.skip_rows && sample.records < size; i++)
        sample.records = next_line(bytes, size, sample.records);
    sample.start = skip_blank(reader, bytes, size, sample.records);
    if (sample.start == size && at_end) {
        QUIRE_TRY(check_line_ends(bytes, size, error));
        return start_empty(reader, sample.records, size, skip, schema, error);
    }
    if (!find_record(reader, bytes, size, sample.start, at_end, &sample.end, &open)) {
        *need_more = sample.may_grow;
        return *need_more ? 0 : fail_first(&sample, open, error);
    }
    struct quire_csv_names names = {0};
    int code = start_columns(reader, &sample, need_more, skip, &names, schema, error);
    quire_csv_names_release(&names);
    return code;
}

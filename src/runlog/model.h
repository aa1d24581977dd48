/* Private to runlog: the models as tables of fields, by which they are parsed, checked and
 * printed, and the places in a document that errors name. */
#ifndef QUIRE_RUNLOG_MODEL_FIELDS_H
#define QUIRE_RUNLOG_MODEL_FIELDS_H

#include "base/alloc.h"
#include "base/json_text.h"
#include "base/json_tree.h"
#include "quire/runlog_model.h"

enum quire_model_kind {
    QUIRE_MODEL_TEXT,
    QUIRE_MODEL_NAME,   /* a text that is not empty */
    QUIRE_MODEL_TIME,   /* RFC 3339 */
    QUIRE_MODEL_COUNT,  /* 0 or more */
    QUIRE_MODEL_NUMBER, /* 0 or more */
    QUIRE_MODEL_RATE,   /* 0 to 100 */
    QUIRE_MODEL_FLAG,
    QUIRE_MODEL_MODE, /* one of QUIRE_RUNLOG_MODES */
    QUIRE_MODEL_PHASE,
    QUIRE_MODEL_METADATA /* JSON text, with members that no field is for */
};

struct quire_model_field {
    const char *name;
    enum quire_model_kind kind;
    size_t offset;
};

struct quire_model {
    const struct quire_model_field *fields;
    size_t fields_size;
    size_t struct_size;
};

extern const struct quire_model quire_model_row;
extern const struct quire_model quire_model_context;
extern const struct quire_model quire_model_step;
extern const struct quire_model quire_model_metrics;
extern const struct quire_model quire_model_transform;
extern const struct quire_model quire_model_write;
extern const struct quire_model quire_model_validation;

/* A place in a document: a member of an object, or an item of a list (key NULL). */
struct quire_model_place {
    const struct quire_model_place *parent; /* NULL: the document */
    const char *key;
    size_t key_size;
    int64_t index;
};

/* Fails at a place: the cause begins with its JSON pointer (RFC 6901), the row is the index of the
 * outermost item, from 1, the column the innermost member. Returns QUIRE_INPUT. */
int quire_model_fail(const struct quire_model_place *place, struct quire_error *error,
                     const char *format, ...) QUIRE_PRINTF(3, 4);

/* The words "a|b|c": whether a text is one of them. */
bool quire_model_is_word(const char *words, const char *text);

/* Why a value is not allowed, or NULL. */
const char *quire_model_refuse_number(enum quire_model_kind kind, double value);

/* Members that a parent takes by itself, by their names; "" at the end. */
#define QUIRE_MODEL_TAKEN_MAX 5

/* What an object is read with. */
struct quire_model_parsing {
    const struct quire_model_place *place;
    const char *const *taken; /* members that are left alone; NULL: none */
    struct quire_arena *arena;
    struct quire_buf *unknown; /* members that no field is for, "{..., ..." without its end */
};

/* Fills object, which is initialised, from a node that is an object. What no field is for goes to
 * the metadata field together with what stands in unknown already, or without such a field to
 * unknown. */
int quire_model_parse(const struct quire_model *model, const struct quire_json_node *node,
                      const struct quire_model_parsing *parsing, void *object,
                      struct quire_error *error);
/* Appends a member, with what goes before it. 0 or QUIRE_MEMORY. */
int quire_model_add_member(struct quire_buf *out, const char *key, size_t key_size, const char *raw,
                           size_t raw_size);
/* Appends the members of an object, with a comma between; of what is none, as a member of its own.
 */
int quire_model_add_members(struct quire_buf *out, const char *text);
/* QUIRE_INPUT where the node is of another kind than object or list. */
int quire_model_want(const struct quire_json_node *node, enum quire_json_kind kind,
                     const struct quire_model_place *place, struct quire_error *error);

/* A StepResult; an ExecutionResult without its steps; of a report one step's value, and "run". */
int quire_model_parse_execution(const struct quire_json_node *node,
                                const struct quire_model_place *place, struct quire_arena *arena,
                                struct quire_runlog_execution *execution,
                                struct quire_error *error);
int quire_model_parse_report_step(const struct quire_json_node *node,
                                  const struct quire_model_place *place, const char *phase,
                                  const char *name, struct quire_arena *arena,
                                  struct quire_runlog_report_step *step, struct quire_error *error);
/* Whether a member of a report that no phase is called looks like one: an object of steps; or of
 * none, which can be one only where the report has no phase. */
enum quire_model_likeness { QUIRE_MODEL_NO_PHASE, QUIRE_MODEL_PHASE_EMPTY, QUIRE_MODEL_PHASE_LIKE };
enum quire_model_likeness quire_model_like_phase(const struct quire_json_node *node);
int quire_model_fail_phase(const struct quire_model_place *place, struct quire_error *error);
int quire_model_check_phases(const struct quire_json_node *report, struct quire_error *error);
int quire_model_parse_run(const struct quire_json_node *node, const struct quire_model_place *place,
                          struct quire_arena *arena, struct quire_runlog_context *run,
                          struct quire_error *error);

/* Writes the members that are known into an object that is open. */
void quire_model_print(const struct quire_model *model, const void *object,
                       struct quire_json_writer *writer);

void quire_model_init(const struct quire_model *model, void *object);

#endif

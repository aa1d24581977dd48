/* Private to runlog: a JSON text gone through without being held: values are skipped, or held one
 * at a time. Held values are checked by whoever parses them (base/json_tree.h); of those that are
 * skipped only where they end is looked at. */
#ifndef QUIRE_RUNLOG_JSON_SCAN_H
#define QUIRE_RUNLOG_JSON_SCAN_H

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json_tree.h"
#include "quire/stream.h"

/* A value that is held is no longer than this. */
#define QUIRE_JSON_SCAN_VALUE_MAX ((size_t)16 << 20)

/* Begins zeroed but for in, which has read_at and a size. */
struct quire_json_scan {
    struct quire_in *in;
    int64_t offset; /* of window in the text */
    struct quire_buf window;
    size_t at;    /* in window */
    size_t held;  /* where the value begins that is held; at where none is */
    bool by_line; /* what is skipped ends on its line */
};

void quire_json_scan_release(struct quire_json_scan *scan);
/* Goes on from a place in the text. */
void quire_json_scan_seek(struct quire_json_scan *scan, int64_t offset);
int64_t quire_json_scan_tell(const struct quire_json_scan *scan);

/* At the beginning of a text: goes past a mark of UTF-8 (RFC 8259, section 8.1, lets readers pass
 * it). QUIRE_INPUT for other encodings. */
int quire_json_scan_pass_mark(struct quire_json_scan *scan, struct quire_error *error);
/* The next character that is no blank, or -1 at the end. */
int quire_json_scan_peek(struct quire_json_scan *scan, int *c, struct quire_error *error);
/* Goes past that character, if it is the next; *taken says whether. */
int quire_json_scan_take(struct quire_json_scan *scan, char c, bool *taken,
                         struct quire_error *error);
/* QUIRE_INPUT unless it is. */
int quire_json_scan_expect(struct quire_json_scan *scan, char c, struct quire_error *error);
int quire_json_scan_skip(struct quire_json_scan *scan, struct quire_error *error);
/* Goes to the beginning of the next line, past those that go on with what is above them, as the
 * lines of an indented value do; *passed says whether there were any. */
int quire_json_scan_next_line(struct quire_json_scan *scan, bool *passed,
                              struct quire_error *error);
/* Parses the next value; what the node points to stands in the arena and, raw, in the window until
 * the next call. */
int quire_json_scan_value(struct quire_json_scan *scan, struct quire_arena *arena,
                          struct quire_json_node **node, struct quire_error *error);
/* At the beginning of an object (first) or behind a member's value: the key of the next member,
 * or NULL at the end of the object, which is gone past. */
int quire_json_scan_member(struct quire_json_scan *scan, bool first, struct quire_arena *arena,
                           const struct quire_json_node **key, struct quire_error *error);
/* The same of a list: whether there is one more item. */
int quire_json_scan_item(struct quire_json_scan *scan, bool first, bool *more,
                         struct quire_error *error);
/* Fails for what is no JSON, where the scan stands. */
int quire_json_scan_fail(const struct quire_json_scan *scan, const char *why,
                         struct quire_error *error);

#endif

/* Small questions about names: equality, beginnings, distance, patterns, number. */
#ifndef QUIRE_BASE_TEXT_H
#define QUIRE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Case is ignored for ASCII letters only, whatever the locale. */
bool quire_text_equal_ignore_case(const char *a, const char *b);
bool quire_text_starts_with(const char *text, const char *prefix);

/* How many bytes must be added, removed, replaced or swapped with their
 * neighbour to make b of a (optimal string alignment). Distances above max come
 * back as max + 1, and so does any pair with a text longer than the limit. */
#define QUIRE_TEXT_DISTANCE_SIZE_MAX 64
size_t quire_text_distance(const char *a, const char *b, size_t max);

/* What makes a noun that takes "s" agree with its number: ("%d row%s", rows, QUIRE_PLURAL(rows)).
 */
#define QUIRE_PLURAL(count) ((count) == 1 ? "" : "s")

/* True when the whole of text fits the pattern: `*` any run, `?` one character,
 * `[a-z]` and `[!a-z]` one character of (not of) a set, `\x` x itself. None but
 * a plain `/` matches a `/`. A `[` without its `]` stands for itself.
 * Characters are UTF-8; bytes that are not count one each. Takes time
 * proportional to the two sizes multiplied at most. */
bool quire_text_glob_match(const char *pattern, const char *text);

#endif

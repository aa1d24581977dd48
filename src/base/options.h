/* What only the library itself needs of options: a value as text. The rest is
 * public, in quire/option.h. */
#ifndef QUIRE_BASE_OPTIONS_H
#define QUIRE_BASE_OPTIONS_H

#include "base/buf.h"
#include "quire/option.h"

/* Appends the current value of one row as canonical text: "on", "64KB", "30s",
 * "0.5", "tab", a choice's name, "KEY=value,KEY=value". An absent text or
 * character is empty. What it prints, set accepts (of KEYED, value by value).
 * 0 or QUIRE_MEMORY. */
int quire_options_print(const struct quire_option *row, const void *options, struct quire_buf *out);

#endif

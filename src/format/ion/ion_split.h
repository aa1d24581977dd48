/* Where top-level values end, found without reading them: what cuts an input into
 * windows and chunks. */
#ifndef QUIRE_FORMAT_ION_SPLIT_H
#define QUIRE_FORMAT_ION_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The end of the last whole value in bytes, which begin at one; 0 when there is none.
 * What is wrong is left for the reader to find: then the end may be anywhere. */
size_t quire_ion_split_text(const uint8_t *bytes, size_t size);
/* *annotated, which may be NULL: is there a version marker or an annotated value, which
 * may be a symbol table? */
size_t quire_ion_split_binary(const uint8_t *bytes, size_t size, bool *annotated);

/* The same of the items of a list, of which text is separated by commas: bytes begin
 * within the list; *closed is set when it ends, past its bracket. */
size_t quire_ion_split_items(const uint8_t *bytes, size_t size, int *closed);

#endif

/* The stores that this library brings; store.c lists them. */
#ifndef QUIRE_STORE_BACKENDS_H
#define QUIRE_STORE_BACKENDS_H

#include "quire/store.h"

extern const struct quire_store_ops quire_store_file;
extern const struct quire_store_ops quire_store_mem;

#endif

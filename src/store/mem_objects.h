/* The named, ordered sets of objects behind the mem store. Thread-safe, all of it. */
#ifndef QUIRE_STORE_MEM_OBJECTS_H
#define QUIRE_STORE_MEM_OBJECTS_H

#include "base/buf.h"
#include "quire/store.h"

/* A version of an object; never changes once it is put. Counted references. */
struct quire_mem_object {
    size_t references;
    char *key;
    struct quire_buf bytes;
    struct quire_object info;
};

struct quire_mem_bucket;

/* The bucket of a name (size bytes), made when there is none. NULL: no memory. */
struct quire_mem_bucket *quire_store_mem_bucket_open(const char *name, size_t size);
/* Frees the bucket when nobody has it open and it holds nothing. */
void quire_store_mem_bucket_close(struct quire_mem_bucket *bucket);

/* Takes key's copy and the bytes, which are then zero. NULL: no memory. */
struct quire_mem_object *quire_store_mem_object_new(const char *key, struct quire_buf *bytes);
void quire_store_mem_object_retain(struct quire_mem_object *object);
void quire_store_mem_object_release(struct quire_mem_object *object); /* NULL is fine */

/* The object of a key, or the first one after it (at or after, with inclusive).
 * NULL: none. The caller releases it. */
struct quire_mem_object *quire_store_mem_find(struct quire_mem_bucket *bucket, const char *key);
struct quire_mem_object *quire_store_mem_next(struct quire_mem_bucket *bucket, const char *key,
                                              bool inclusive);

/* Whether a put in this mode would be let through now: 0, EXISTS or CONFLICT. */
int quire_store_mem_check(struct quire_mem_bucket *bucket, const char *key,
                          enum quire_put_mode mode, const char *etag);
/* Puts an object in its place in one step and gives it its etag and time. Takes a
 * reference on success. 0, EXISTS, CONFLICT or MEMORY. */
int quire_store_mem_put(struct quire_mem_bucket *bucket, struct quire_mem_object *object,
                        enum quire_put_mode mode, const char *etag);
void quire_store_mem_remove(struct quire_mem_bucket *bucket, const char *key);

#endif

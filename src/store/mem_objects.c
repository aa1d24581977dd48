/* Buckets are a list, a bucket's objects a sorted array: there are few of the one,
 * and the other is searched far more often than it grows. One lock guards all. */
#include "store/mem_objects.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/cleanup.h"

struct quire_mem_bucket {
    struct quire_mem_bucket *next;
    char *name;
    size_t users;
    struct quire_buf objects; /* struct quire_mem_object *, by key */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct quire_mem_bucket *buckets;
static uint64_t versions; /* etags given so far */

/* Everything from here to the next heading is called with the lock held. --------- */

static struct quire_mem_object **array_of(struct quire_mem_bucket *bucket, size_t *count)
{
    *count = bucket->objects.size / sizeof(struct quire_mem_object *);
    return (struct quire_mem_object **)(void *)bucket->objects.data;
}

/* Where a key stands or would stand. */
static size_t place_of(struct quire_mem_bucket *bucket, const char *key, bool *found)
{
    size_t count;
    struct quire_mem_object **objects = array_of(bucket, &count);
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(objects[middle]->key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low < count && strcmp(objects[low]->key, key) == 0;
    return low;
}

static void release(struct quire_mem_object *object)
{
    if (--object->references > 0) return;
    quire_free(object->key);
    quire_buf_release(&object->bytes);
    quire_free(object);
}

static struct quire_mem_object *reference(struct quire_mem_bucket *bucket, size_t place)
{
    size_t count;
    struct quire_mem_object **objects = array_of(bucket, &count);
    if (place >= count) return NULL;
    objects[place]->references++;
    return objects[place];
}

static int check(struct quire_mem_bucket *bucket, const char *key, enum quire_put_mode mode,
                 const char *etag)
{
    bool found;
    size_t place = place_of(bucket, key, &found), count;
    struct quire_mem_object **objects = array_of(bucket, &count);
    switch (mode) {
    case QUIRE_PUT_CREATE_ONLY: return found ? QUIRE_EXISTS : 0;
    case QUIRE_PUT_IF_MATCH:
        return found && strcmp(objects[place]->info.etag, etag) == 0 ? 0 : QUIRE_CONFLICT;
    default: return 0;
    }
}

static int put(struct quire_mem_bucket *bucket, struct quire_mem_object *object)
{
    bool found;
    size_t place = place_of(bucket, object->key, &found), count;
    if (!found && quire_buf_reserve(&bucket->objects, sizeof(object)) != 0) return QUIRE_MEMORY;
    struct quire_mem_object **objects = array_of(bucket, &count);
    if (found) {
        release(objects[place]);
    } else {
        memmove(objects + place + 1, objects + place, (count - place) * sizeof(object));
        bucket->objects.size += sizeof(object);
    }
    objects[place] = object;
    object->references++;
    return 0;
}

static void describe(struct quire_mem_object *object)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    object->info.size = (int64_t)object->bytes.size;
    object->info.modified_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
    snprintf(object->info.etag, sizeof(object->info.etag), "%" PRIu64, ++versions);
}

static struct quire_mem_bucket *find_bucket(const char *name, size_t size)
{
    for (struct quire_mem_bucket *bucket = buckets; bucket != NULL; bucket = bucket->next) {
        if (strlen(bucket->name) == size && memcmp(bucket->name, name, size) == 0) return bucket;
    }
    return NULL;
}

static struct quire_mem_bucket *add_bucket(const char *name, size_t size)
{
    struct quire_mem_bucket *bucket = quire_alloc_zero(1, sizeof(*bucket));
    if (bucket == NULL) return NULL;
    bucket->name = quire_strndup(name, size);
    if (bucket->name == NULL) {
        quire_free(bucket);
        return NULL;
    }
    bucket->next = buckets;
    buckets = bucket;
    return bucket;
}

static void drop_bucket(struct quire_mem_bucket *bucket)
{
    struct quire_mem_bucket **link = &buckets;
    while (*link != bucket)
        link = &(*link)->next;
    *link = bucket->next;
    quire_buf_release(&bucket->objects);
    quire_free(bucket->name);
    quire_free(bucket);
}

/* These take the lock. -------------------------------------------------------------- */

struct quire_mem_bucket *quire_store_mem_bucket_open(const char *name, size_t size)
{
    pthread_mutex_lock(&lock);
    struct quire_mem_bucket *bucket = find_bucket(name, size);
    if (bucket == NULL) bucket = add_bucket(name, size);
    if (bucket != NULL) bucket->users++;
    pthread_mutex_unlock(&lock);
    return bucket;
}

void quire_store_mem_bucket_close(struct quire_mem_bucket *bucket)
{
    pthread_mutex_lock(&lock);
    if (--bucket->users == 0 && bucket->objects.size == 0) drop_bucket(bucket);
    pthread_mutex_unlock(&lock);
}

struct quire_mem_object *quire_store_mem_object_new(const char *key, struct quire_buf *bytes)
{
    struct quire_mem_object *object = quire_alloc_zero(1, sizeof(*object));
    if (object == NULL) return NULL;
    object->references = 1;
    object->key = quire_strdup(key);
    if (object->key == NULL) {
        quire_free(object);
        return NULL;
    }
    object->bytes = *bytes;
    *bytes = (struct quire_buf){0};
    return object;
}

void quire_store_mem_object_retain(struct quire_mem_object *object)
{
    pthread_mutex_lock(&lock);
    object->references++;
    pthread_mutex_unlock(&lock);
}

void quire_store_mem_object_release(struct quire_mem_object *object)
{
    if (object == NULL) return;
    pthread_mutex_lock(&lock);
    release(object);
    pthread_mutex_unlock(&lock);
}

struct quire_mem_object *quire_store_mem_find(struct quire_mem_bucket *bucket, const char *key)
{
    pthread_mutex_lock(&lock);
    bool found;
    size_t place = place_of(bucket, key, &found);
    struct quire_mem_object *object = found ? reference(bucket, place) : NULL;
    pthread_mutex_unlock(&lock);
    return object;
}

struct quire_mem_object *quire_store_mem_next(struct quire_mem_bucket *bucket, const char *key,
                                              bool inclusive)
{
    pthread_mutex_lock(&lock);
    bool found;
    size_t place = place_of(bucket, key, &found);
    struct quire_mem_object *object = reference(bucket, found && !inclusive ? place + 1 : place);
    pthread_mutex_unlock(&lock);
    return object;
}

int quire_store_mem_check(struct quire_mem_bucket *bucket, const char *key,
                          enum quire_put_mode mode, const char *etag)
{
    pthread_mutex_lock(&lock);
    int code = check(bucket, key, mode, etag);
    pthread_mutex_unlock(&lock);
    return code;
}

int quire_store_mem_put(struct quire_mem_bucket *bucket, struct quire_mem_object *object,
                        enum quire_put_mode mode, const char *etag)
{
    pthread_mutex_lock(&lock);
    int code = check(bucket, object->key, mode, etag);
    if (code == 0) {
        describe(object);
        code = put(bucket, object);
    }
    pthread_mutex_unlock(&lock);
    return code;
}

void quire_store_mem_remove(struct quire_mem_bucket *bucket, const char *key)
{
    pthread_mutex_lock(&lock);
    bool found;
    size_t place = place_of(bucket, key, &found), count;
    struct quire_mem_object **objects = array_of(bucket, &count);
    if (found) {
        release(objects[place]);
        memmove(objects + place, objects + place + 1, (count - place - 1) * sizeof(*objects));
        bucket->objects.size -= sizeof(*objects);
    }
    pthread_mutex_unlock(&lock);
}

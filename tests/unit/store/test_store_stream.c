/* Uploads as sinks, objects as sources. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quire/store.h"
#include "record_store.h"
#include "scratch.h"
#include "test_put.h"

struct at {
    struct quire_store *store;
    char *key;
};

static struct at open_at(const char *url)
{
    struct at at = {0};
    assert_int_equal(quire_store_open(url, NULL, 0, &at.store, &at.key, NULL), 0);
    return at;
}

static void close_at(struct at *at)
{
    quire_store_key_free(at->key);
    quire_store_close(at->store);
}

static int register_stores(void **state)
{
    (void)state;
    return quire_store_register(&record_store, NULL);
}

static void test_small_writes_are_gathered(void **state)
{
    (void)state;
    struct at at = open_at("record://mem://stream/x");
    struct quire_out *out = NULL;
    static char large[QUIRE_STORE_OUT_BYTES + 1];
    record_store_clear();
    assert_int_equal(quire_store_out_open(at.store, at.key, NULL, &out, NULL), 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(quire_out_write(out, "ab", 2, NULL), 0);
    assert_int_equal(quire_out_write(out, large, sizeof(large), NULL), 0);
    assert_int_equal(quire_out_write(out, "", 0, NULL), 0);
    assert_int_equal(quire_out_write(out, "tail", 4, NULL), 0);
    assert_int_equal(out->written, 204 + (int64_t)sizeof(large));
    struct quire_object object = {0};
    assert_int_equal(quire_store_out_commit(out, &object, NULL), 0);
    assert_int_equal(object.size, out->written);
    assert_int_equal(quire_out_write(out, "x", 1, NULL), QUIRE_USAGE);
    assert_int_equal(quire_store_out_commit(out, NULL, NULL), QUIRE_USAGE);
    quire_out_close(out);
    char expected[256];
    snprintf(expected, sizeof(expected),
             "upload_begin x\nupload_part x 200\nupload_part x %zu\nupload_part x 4\n"
             "upload_commit x\n",
             sizeof(large));
    assert_string_equal(record_store_text(), expected);
    assert_int_equal(test_delete("mem://stream/x", NULL), 0);
    close_at(&at);
}

static void test_close_aborts(void **state)
{
    (void)state;
    struct at at = open_at("record://mem://stream/x");
    struct quire_out *out = NULL;
    record_store_clear();
    assert_int_equal(quire_store_out_open(at.store, at.key, NULL, &out, NULL), 0);
    assert_int_equal(quire_out_write(out, "new", 3, NULL), 0);
    quire_out_close(out);
    quire_out_close(NULL);
    assert_string_equal(record_store_text(), "upload_begin x\nupload_abort x\n");
    assert_null(test_get("mem://stream/x"));
    close_at(&at);
}

/* A caller that swallows a failed write must not get its commit. */
static void test_failure_is_sticky(void **state)
{
    (void)state;
    struct at at = open_at("/dev/full");
    struct quire_out *out = NULL;
    struct quire_error first = {0}, again = {0};
    static char large[QUIRE_STORE_OUT_BYTES];
    assert_int_equal(quire_store_out_open(at.store, at.key, NULL, &out, NULL), 0);
    assert_int_equal(quire_out_write(out, large, sizeof(large), &first), QUIRE_FULL);
    assert_int_equal(out->written, 0);
    assert_int_equal(quire_out_write(out, "x", 1, &again), QUIRE_FULL);
    assert_memory_equal(&first, &again, sizeof(first));
    assert_int_equal(out->ops->finish(out, NULL), QUIRE_FULL);
    assert_int_equal(quire_store_out_commit(out, NULL, NULL), QUIRE_FULL);
    quire_out_close(out);
    close_at(&at);
}

static void test_source(void **state)
{
    const char *path = scratch_path(*state, "x");
    scratch_write(path, "0123456789");
    struct at at = open_at(path);
    struct quire_in *in = NULL;
    struct quire_object object = {0};
    struct quire_error error = {0};
    char text[16] = "";
    size_t got = 0;
    assert_int_equal(quire_store_in_open(at.store, at.key, &in, &object, NULL), 0);
    assert_int_equal(in->size, 10);
    assert_int_equal(object.size, 10);
    assert_int_equal(in->ops->read(in, text, 4, &got, NULL), 0);
    assert_int_equal(got, 4);
    assert_int_equal(in->ops->read_at(in, 8, text, 2, NULL), 0);
    assert_memory_equal(text, "89", 2);
    assert_int_equal(in->ops->read(in, text, sizeof(text), &got, NULL), 0);
    assert_int_equal(got, 6);
    assert_memory_equal(text, "456789", 6);
    assert_int_equal(in->ops->read(in, text, sizeof(text), &got, NULL), 0);
    assert_int_equal(got, 0);
    assert_int_equal(in->ops->read_at(in, 8, text, 3, &error), QUIRE_CORRUPT);
    assert_int_equal(error.byte, 10);
    assert_string_equal(error.path, path);
    quire_in_close(in);
    close_at(&at);
}

static void test_source_that_is_not_there(void **state)
{
    struct at at = open_at(scratch_path(*state, "x"));
    struct quire_in *in = NULL;
    struct quire_error error = {0};
    assert_int_equal(quire_store_in_open(at.store, at.key, &in, NULL, &error), QUIRE_NOT_FOUND);
    assert_string_equal(error.path, at.key);
    assert_string_equal(error.operation, "read");
    assert_null(in);
    close_at(&at);
}

/* What was mapped stays when all else is closed; what cannot be mapped says so. */
static void check_map(const char *url)
{
    struct at at = open_at(url);
    struct quire_in *in = NULL;
    struct quire_mapping mapping = {.bytes = NULL};
    assert_int_equal(quire_store_in_open(at.store, at.key, &in, NULL, NULL), 0);
    assert_non_null(in->ops->map);
    assert_int_equal(in->ops->map(in, &mapping, NULL), 0);
    quire_in_close(in);
    close_at(&at);
    assert_int_equal(mapping.size, 10);
    assert_memory_equal(mapping.bytes, "0123456789", 10);
    mapping.release(&mapping);
}

static void test_map(void **state)
{
    struct at at = open_at("mem://mapped/x");
    struct quire_in *in = NULL;
    struct quire_mapping mapping = {.bytes = NULL};
    struct quire_error error = {0};
    assert_int_equal(at.store->ops->put(at.store, at.key, "0123456789", 10, NULL, NULL, NULL), 0);
    check_map("mem://mapped/x");
    close_at(&at);
    const char *path = scratch_path(*state, "x");
    scratch_write(path, "0123456789");
    check_map(path);
    scratch_write(path, "");
    at = open_at(path);
    assert_int_equal(quire_store_in_open(at.store, at.key, &in, NULL, NULL), 0);
    assert_int_equal(in->ops->map(in, &mapping, &error), QUIRE_UNSUPPORTED);
    assert_null(mapping.bytes);
    quire_in_close(in);
    close_at(&at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_writes_are_gathered),
        cmocka_unit_test(test_close_aborts),
        cmocka_unit_test(test_failure_is_sticky),
        cmocka_unit_test_setup_teardown(test_source, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_map, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_source_that_is_not_there, scratch_setup,
                                        scratch_teardown),
    };
    return cmocka_run_group_tests(tests, register_stores, NULL);
}

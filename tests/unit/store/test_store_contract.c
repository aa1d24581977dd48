/* What every store promises, run over each store that can be written to here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "quire/store.h"
#include "scratch.h"
#include "test_put.h"

#define RACERS 8
#define RACES  20

static char base[512]; /* URL of a place of its own for each test */

static const char *url(const char *key)
{
    return scratch_path(base, key);
}

static int file_setup(void **state)
{
    scratch_setup(state);
    snprintf(base, sizeof(base), "%s", (const char *)*state);
    return 0;
}

static int mem_setup(void **state)
{
    static int number;
    snprintf(base, sizeof(base), "mem://contract-%d", ++number);
    *state = base;
    return 0;
}

static void test_put_get_head_delete(void **state)
{
    (void)state;
    struct quire_object put = {0}, head = {0};
    assert_null(test_get(url("a/b.txt")));
    assert_int_equal(test_head(url("a/b.txt"), &head, NULL), QUIRE_NOT_FOUND);
    assert_int_equal(test_put(url("a/b.txt"), "one", NULL, &put, NULL), 0);
    assert_string_equal(test_get(url("a/b.txt")), "one");
    assert_int_equal(test_head(url("a/b.txt"), &head, NULL), 0);
    assert_int_equal(head.size, 3);
    assert_int_equal(put.size, 3);
    assert_string_equal(head.etag, put.etag);
    assert_true(head.modified_us > INT64_C(1600000000000000));
    assert_int_equal(test_put(url("a/b.txt"), "", NULL, NULL, NULL), 0);
    assert_string_equal(test_get(url("a/b.txt")), "");
    assert_int_equal(test_delete(url("a/b.txt"), NULL), 0);
    assert_null(test_get(url("a/b.txt")));
    assert_int_equal(test_delete(url("a/b.txt"), NULL), 0);
}

static void test_create_only(void **state)
{
    (void)state;
    struct quire_put_options only = {.mode = QUIRE_PUT_CREATE_ONLY};
    struct quire_error error = {0};
    assert_int_equal(test_put(url("x"), "one", &only, NULL, NULL), 0);
    assert_int_equal(test_put(url("x"), "two", &only, NULL, &error), QUIRE_EXISTS);
    assert_non_null(strstr(error.path, "x"));
    assert_string_equal(test_get(url("x")), "one");
    assert_int_equal(test_delete(url("x"), NULL), 0);
}

static void test_if_match(void **state)
{
    (void)state;
    struct quire_object first = {0}, second = {0};
    assert_int_equal(test_put(url("x"), "one", NULL, &first, NULL), 0);
    struct quire_put_options match = {.mode = QUIRE_PUT_IF_MATCH, .etag = first.etag};
    assert_int_equal(test_put(url("x"), "second", &match, &second, NULL), 0);
    assert_string_not_equal(first.etag, second.etag);
    assert_int_equal(test_put(url("x"), "third", &match, NULL, NULL), QUIRE_CONFLICT);
    assert_string_equal(test_get(url("x")), "second");
    assert_int_equal(test_delete(url("x"), NULL), 0);
    match.etag = second.etag;
    assert_int_equal(test_put(url("x"), "third", &match, NULL, NULL), QUIRE_CONFLICT);
    match.etag = NULL;
    assert_int_equal(test_put(url("x"), "third", &match, NULL, NULL), QUIRE_USAGE);
}

/* A put that begins when the way is free and finds it taken at its end. */
static void test_commit_checks_again(void **state)
{
    (void)state;
    struct quire_store *store = NULL;
    char *key = NULL;
    assert_int_equal(quire_store_open(url("x"), NULL, 0, &store, &key, NULL), 0);
    struct quire_put_options only = {.mode = QUIRE_PUT_CREATE_ONLY};
    struct quire_upload *upload = NULL;
    assert_int_equal(store->ops->upload_begin(store, key, &only, &upload, NULL), 0);
    assert_int_equal(store->ops->upload_part(upload, "mine", 4, NULL), 0);
    assert_null(test_get(url("x")));
    assert_int_equal(test_put(url("x"), "theirs", &only, NULL, NULL), 0);
    assert_int_equal(store->ops->upload_commit(upload, NULL, NULL), QUIRE_EXISTS);
    assert_string_equal(test_get(url("x")), "theirs");
    assert_int_equal(test_delete(url("x"), NULL), 0);
    assert_string_equal(test_list(url(""), NULL), "");
    quire_store_key_free(key);
    quire_store_close(store);
}

static void test_abort_leaves_nothing(void **state)
{
    (void)state;
    struct quire_store *store = NULL;
    char *key = NULL;
    assert_int_equal(test_put(url("x"), "old", NULL, NULL, NULL), 0);
    assert_int_equal(quire_store_open(url("x"), NULL, 0, &store, &key, NULL), 0);
    struct quire_upload *upload = NULL;
    assert_int_equal(store->ops->upload_begin(store, key, NULL, &upload, NULL), 0);
    assert_int_equal(store->ops->upload_part(upload, "new", 3, NULL), 0);
    store->ops->upload_abort(upload);
    store->ops->upload_abort(NULL);
    assert_string_equal(test_get(url("x")), "old");
    assert_string_equal(test_list(url(""), NULL), "x ");
    assert_int_equal(test_delete(url("x"), NULL), 0);
    quire_store_key_free(key);
    quire_store_close(store);
}

static void test_reader_keeps_its_version(void **state)
{
    (void)state;
    struct quire_store *store = NULL;
    char *key = NULL, text[8] = "";
    size_t got = 0;
    struct quire_object_reader *reader = NULL;
    assert_int_equal(test_put(url("x"), "version 1", NULL, NULL, NULL), 0);
    assert_int_equal(quire_store_open(url("x"), NULL, 0, &store, &key, NULL), 0);
    assert_int_equal(store->ops->reader_open(store, key, &reader, NULL, NULL), 0);
    assert_int_equal(test_put(url("x"), "another", NULL, NULL, NULL), 0);
    assert_int_equal(store->ops->read_at(reader, 8, text, sizeof(text), &got, NULL), 0);
    assert_int_equal(got, 1);
    assert_int_equal(text[0], '1');
    assert_int_equal(store->ops->read_at(reader, 100, text, sizeof(text), &got, NULL), 0);
    assert_int_equal(got, 0);
    assert_int_equal(store->ops->read_at(reader, -1, text, sizeof(text), &got, NULL), QUIRE_USAGE);
    store->ops->reader_close(reader);
    assert_int_equal(test_delete(url("x"), NULL), 0);
    quire_store_key_free(key);
    quire_store_close(store);
}

static void test_list_is_ordered(void **state)
{
    (void)state;
    static const char *const keys[] = {"a0", "a/b", "b", "a.b", "a-b", "a/b-c", "a/b0/x", "a/b.c"};
    const size_t count = sizeof(keys) / sizeof(keys[0]);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(test_put(url(keys[i]), "", NULL, NULL, NULL), 0);
    assert_string_equal(test_list(url(""), NULL), "a-b a.b a/b a/b-c a/b.c a/b0/x a0 b ");
    assert_string_equal(test_list(url("a"), NULL), "a-b a.b a/b a/b-c a/b.c a/b0/x a0 ");
    assert_string_equal(test_list(url("a/b"), NULL), "b b-c b.c b0/x ");
    assert_string_equal(test_list(url("a/b0"), NULL), "b0/x ");
    assert_string_equal(test_list(url(""), "a.b"), "a/b a/b-c a/b.c a/b0/x a0 b ");
    assert_string_equal(test_list(url(""), "a/"), "a/b a/b-c a/b.c a/b0/x a0 b ");
    assert_string_equal(test_list(url(""), "a/b.c"), "a/b0/x a0 b ");
    assert_string_equal(test_list(url(""), "a/zz"), "a0 b ");
    assert_string_equal(test_list(url(""), "b"), "");
    assert_string_equal(test_list(url("a/b"), "a"), "b b-c b.c b0/x ");
    assert_string_equal(test_list(url("none/"), NULL), "");
    assert_string_equal(test_list(url("none"), NULL), "");
    for (size_t i = 0; i < count; i++)
        assert_int_equal(test_delete(url(keys[i]), NULL), 0);
}

static int stop_at_second(void *user, const char *key, const struct quire_object *object,
                          struct quire_error *error)
{
    (void)key;
    (void)object;
    (void)error;
    return ++*(int *)user == 2 ? QUIRE_CANCELLED : 0;
}

static void test_list_ends_when_told(void **state)
{
    (void)state;
    struct quire_store *store = NULL;
    char *key = NULL;
    const char *names[] = {"1", "2", "3"};
    for (int i = 0; i < 3; i++)
        assert_int_equal(test_put(url(names[i]), "", NULL, NULL, NULL), 0);
    assert_int_equal(quire_store_open(url(""), NULL, 0, &store, &key, NULL), 0);
    int seen = 0;
    assert_int_equal(store->ops->list(store, key, NULL, stop_at_second, &seen, NULL),
                     QUIRE_CANCELLED);
    assert_int_equal(seen, 2);
    for (int i = 0; i < 3; i++)
        assert_int_equal(test_delete(url(names[i]), NULL), 0);
    quire_store_key_free(key);
    quire_store_close(store);
}

static _Atomic int wins, losses;

static void *race(void *argument)
{
    struct quire_put_options only = {.mode = QUIRE_PUT_CREATE_ONLY,
                                     .durability = QUIRE_DURABILITY_NONE};
    int code = test_put(argument, "prize", &only, NULL, NULL);
    if (code == 0) wins++;
    if (code == QUIRE_EXISTS) losses++;
    return NULL;
}

static void test_one_creator_wins(void **state)
{
    (void)state;
    static char prize[600];
    snprintf(prize, sizeof(prize), "%s/prize", base);
    for (int round = 0; round < RACES; round++) {
        pthread_t threads[RACERS];
        wins = losses = 0;
        for (int i = 0; i < RACERS; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, race, prize), 0);
        for (int i = 0; i < RACERS; i++)
            pthread_join(threads[i], NULL);
        assert_int_equal(wins, 1);
        assert_int_equal(losses, RACERS - 1);
        assert_string_equal(test_get(prize), "prize");
        assert_int_equal(test_delete(prize, NULL), 0);
    }
}

#define CONTRACT(setup, teardown)                                                        \
    cmocka_unit_test_setup_teardown(test_put_get_head_delete, setup, teardown),          \
        cmocka_unit_test_setup_teardown(test_create_only, setup, teardown),              \
        cmocka_unit_test_setup_teardown(test_if_match, setup, teardown),                 \
        cmocka_unit_test_setup_teardown(test_commit_checks_again, setup, teardown),      \
        cmocka_unit_test_setup_teardown(test_abort_leaves_nothing, setup, teardown),     \
        cmocka_unit_test_setup_teardown(test_reader_keeps_its_version, setup, teardown), \
        cmocka_unit_test_setup_teardown(test_list_is_ordered, setup, teardown),          \
        cmocka_unit_test_setup_teardown(test_list_ends_when_told, setup, teardown),      \
        cmocka_unit_test_setup_teardown(test_one_creator_wins, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CONTRACT(file_setup, scratch_teardown),
        CONTRACT(mem_setup, NULL),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

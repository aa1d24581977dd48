/* Listings of folders as they are found: links, odd files, many names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "quire/store.h"
#include "scratch.h"
#include "store/file_store.h"
#include "test_put.h"

#define RANDOM_KEYS 300
#define SEED        20240229u

static void test_links_and_odd_files(void **state)
{
    const char *folder = *state;
    assert_int_equal(mkdir(scratch_path(folder, "d"), 0755), 0);
    assert_int_equal(mkdir(scratch_path(folder, "empty"), 0755), 0);
    scratch_write(scratch_path(folder, "d/x"), "x");
    assert_int_equal(symlink("d/x", scratch_path(folder, "file-link")), 0);
    assert_int_equal(symlink("d", scratch_path(folder, "folder-link")), 0);
    assert_int_equal(symlink("..", scratch_path(folder, "d/loop")), 0);
    assert_int_equal(symlink("nothing", scratch_path(folder, "dangling")), 0);
    assert_int_equal(mkfifo(scratch_path(folder, "pipe"), 0600), 0);
    scratch_write(scratch_path(folder, ".x.quire-12-0123456789abcdef.tmp"), "unfinished");
    scratch_write(scratch_path(folder, ".hidden"), "x");
    assert_string_equal(test_list(scratch_path(folder, ""), NULL), ".hidden d/x file-link ");
    /* What is asked for by name is followed. */
    assert_string_equal(test_list(scratch_path(folder, "folder-link/"), NULL), "x ");
    assert_string_equal(test_list(scratch_path(folder, "d/x/"), NULL), "");
}

struct collected {
    char keys[RANDOM_KEYS][24];
    int count;
    size_t skip;
};

static int collect(void *user, const char *key, const struct quire_object *object,
                   struct quire_error *error)
{
    struct collected *collected = user;
    (void)error;
    assert_int_equal(object->size, 0);
    assert_true(collected->count < RANDOM_KEYS);
    snprintf(collected->keys[collected->count++], sizeof(collected->keys[0]), "%s",
             key + collected->skip);
    return 0;
}

static void list_into(const char *prefix, const char *start_after, struct collected *collected)
{
    struct quire_store *store = NULL;
    char *key = NULL;
    collected->count = 0;
    assert_int_equal(quire_store_open(prefix, NULL, 0, &store, &key, NULL), 0);
    assert_int_equal(store->ops->list(store, key, start_after, collect, collected, NULL), 0);
    quire_store_key_free(key);
    quire_store_close(store);
}

/* Names of few letters, so that one is often the beginning of another. */
static void random_key(unsigned *seed, char key[24])
{
    static const char letters[] = "a-./0";
    int size = 1 + rand_r(seed) % 8;
    int used = 0;
    for (int i = 0; i < size; i++) {
        char letter = letters[(unsigned)rand_r(seed) % 5];
        bool starts = used == 0 || key[used - 1] == '/';
        if (starts && (letter == '/' || letter == '.')) letter = 'b';
        key[used++] = letter;
    }
    if (key[used - 1] == '/') key[used++] = 'c';
    key[used] = '\0';
}

static void test_order_is_that_of_keys(void **state)
{
    static struct collected all, rest;
    unsigned seed = SEED;
    char key[24], folder[512];
    snprintf(folder, sizeof(folder), "%s/", (const char *)*state);
    all.skip = rest.skip = strlen(folder);
    int made = 0;
    for (int i = 0; i < RANDOM_KEYS; i++) {
        random_key(&seed, key);
        /* A key below a file, or of a folder, cannot be made. */
        struct quire_put_options fast = {.durability = QUIRE_DURABILITY_NONE,
                                         .mode = QUIRE_PUT_CREATE_ONLY};
        made += test_put(scratch_path(*state, key), "", &fast, NULL, NULL) == 0;
    }
    list_into(folder, NULL, &all);
    assert_true(made > RANDOM_KEYS / 4);
    assert_int_equal(all.count, made);
    for (int i = 1; i < all.count; i++)
        assert_true(strcmp(all.keys[i - 1], all.keys[i]) < 0);
    for (int i = 0; i < all.count; i++) {
        list_into(folder, scratch_path(*state, all.keys[i]), &rest);
        assert_int_equal(rest.count, all.count - i - 1);
        if (rest.count > 0) assert_string_equal(rest.keys[0], all.keys[i + 1]);
    }
}

static void test_deep_folders_end(void **state)
{
    char before[1024];
    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir(*state), 0);
    for (int i = 0; i < QUIRE_FILE_DEPTH_MAX + 1; i++) {
        assert_int_equal(mkdir("d", 0755), 0);
        assert_int_equal(chdir("d"), 0);
    }
    assert_int_equal(chdir(*state), 0);
    struct quire_store *store = NULL;
    char *key = NULL;
    struct quire_error error = {0};
    static struct collected none;
    assert_int_equal(quire_store_open("d/", NULL, 0, &store, &key, NULL), 0);
    assert_int_equal(store->ops->list(store, key, NULL, collect, &none, &error), QUIRE_LIMIT);
    quire_store_key_free(key);
    quire_store_close(store);
    assert_int_equal(chdir(before), 0);
}

/* list_near gives the keys that list gives, up to a depth. */
static void test_near(void **state)
{
    static const char *const keys[] = {"a", "b/a", "b/c/a", "b/c/d/a", "ba/a"};
    static const struct {
        const char *prefix;
        int levels, count;
    } cases[] = {{"", 0, 1},   {"", 1, 3},    {"", 2, 4},   {"", 9, 5},   {"b", 0, 0}, {"b", 1, 2},
                 {"b/", 0, 1}, {"b/c", 1, 1}, {"x/", 1, 0}, {"ba", 1, 1}, {"a", 0, 1}};
    static struct collected found;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        assert_int_equal(test_put(scratch_path(*state, keys[i]), "", NULL, NULL, NULL), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct quire_store *store = NULL;
        char *key = NULL;
        found.count = 0;
        assert_int_equal(
            quire_store_open(scratch_path(*state, cases[i].prefix), NULL, 0, &store, &key, NULL),
            0);
        assert_int_equal(store->ops->list_near(store, key, cases[i].levels, collect, &found, NULL),
                         0);
        assert_int_equal(found.count, cases[i].count);
        quire_store_key_free(key);
        quire_store_close(store);
    }
}

static void test_unreadable_folder(void **state)
{
    if (geteuid() == 0) {
        print_message("root may read every folder\n");
        skip();
    }
    assert_int_equal(mkdir(scratch_path(*state, "closed"), 0), 0);
    assert_null(test_list(scratch_path(*state, ""), NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_links_and_odd_files, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_order_is_that_of_keys, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_deep_folders_end, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_near, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_unreadable_folder, scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

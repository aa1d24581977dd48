/* Power cut after every call of a put: the target holds its old bytes or all of
 * the new, and the new ones when a commit with full durability had returned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crash_files.h"
#include "quire/store.h"
#include "store/file_system.h"

#define OLD      "what stood there before"
#define PART     "eighteen new bytes"
#define PARTS    3
#define NEW      PART PART PART
#define CUTS_MAX 1000

struct scene {
    const char *path;
    const char *old; /* NULL: no such file */
    bool unnamed;
    struct quire_put_options options;
};

/* The states seen after one cut. */
struct seen {
    const struct scene *scene;
    int old_states, new_states, other_states;
};

static bool is(const char *text, const char *bytes, size_t size)
{
    if (text == NULL || bytes == NULL) return text == NULL && bytes == NULL;
    return strlen(text) == size && memcmp(text, bytes, size) == 0;
}

static void look(void *user, const char *bytes, size_t size)
{
    struct seen *seen = user;
    if (is(NEW, bytes, size))
        seen->new_states++;
    else if (is(seen->scene->old, bytes, size))
        seen->old_states++;
    else
        seen->other_states++;
}

static int put(const struct scene *scene)
{
    struct quire_store *store = NULL;
    struct quire_upload *upload = NULL;
    char *key = NULL;
    assert_int_equal(quire_store_open(scene->path, NULL, 0, &store, &key, NULL), 0);
    int code = store->ops->upload_begin(store, key, &scene->options, &upload, NULL);
    bool begun = code == 0;
    for (int i = 0; i < PARTS && code == 0; i++)
        code = store->ops->upload_part(upload, PART, strlen(PART), NULL);
    if (code == 0)
        code = store->ops->upload_commit(upload, NULL, NULL);
    else if (begun)
        store->ops->upload_abort(upload);
    quire_store_key_free(key);
    quire_store_close(store);
    return code;
}

/* Sets the scene, cuts the power after `cut` calls and counts the states. */
static struct seen play(const struct scene *scene, int64_t cut, int *code)
{
    struct seen seen = {.scene = scene};
    crash_files_reset(scene->unnamed);
    crash_files_add_folder("/disk");
    if (scene->old != NULL) crash_files_add(scene->path, scene->old);
    crash_files_cut_after(cut);
    quire_store_set_file_system(&crash_files);
    *code = put(scene);
    quire_store_set_file_system(NULL);
    crash_files_lose_power(scene->path, look, &seen);
    return seen;
}

/* Goes through every cut of a scene; the states of the last, whole run come back. */
static struct seen play_all(const struct scene *scene)
{
    for (int64_t cut = 0; cut < CUTS_MAX; cut++) {
        int code = 0;
        struct seen seen = play(scene, cut, &code);
        assert_int_equal(seen.other_states, 0);
        assert_true(seen.old_states + seen.new_states > 0);
        if (code == 0 && scene->options.durability == QUIRE_DURABILITY_FULL)
            assert_int_equal(seen.old_states, 0);
        if (crash_files_is_cut()) continue;
        assert_int_equal(code, 0);
        assert_true(cut > PARTS);
        return seen;
    }
    fail_msg("the put never went through");
    return (struct seen){0};
}

static void play_both(struct scene scene)
{
    for (int unnamed = 0; unnamed < 2; unnamed++) {
        scene.unnamed = unnamed != 0;
        scene.options.durability = QUIRE_DURABILITY_FULL;
        assert_int_equal(play_all(&scene).old_states, 0);
        /* The name may be lost with the power, the bytes may not. */
        scene.options.durability = QUIRE_DURABILITY_RENAME;
        assert_true(play_all(&scene).old_states > 0);
    }
}

static void test_overwrite(void **state)
{
    (void)state;
    play_both((struct scene){.path = "/disk/out.csv", .old = OLD});
}

static void test_first_write(void **state)
{
    (void)state;
    play_both((struct scene){.path = "/disk/out.csv"});
}

static void test_create_only(void **state)
{
    (void)state;
    play_both((struct scene){.path = "/disk/out.csv", .options.mode = QUIRE_PUT_CREATE_ONLY});
}

static void test_folders_made(void **state)
{
    (void)state;
    play_both((struct scene){.path = "/disk/a/b/c/out.csv"});
}

/* Shows that the model does tear: what is not flushed is found torn. */
static void test_no_durability_is_torn(void **state)
{
    (void)state;
    struct scene scene = {.path = "/disk/out.csv", .old = OLD, .unnamed = true};
    scene.options.durability = QUIRE_DURABILITY_NONE;
    int code = 0;
    struct seen seen = play(&scene, -1, &code);
    assert_int_equal(code, 0);
    assert_true(seen.other_states > 0);
    assert_true(seen.old_states > 0);
    char bytes[sizeof(NEW)];
    size_t size = 0;
    assert_true(crash_files_now("/disk/out.csv", bytes, sizeof(bytes), &size));
    assert_true(is(NEW, bytes, size));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_overwrite),
        cmocka_unit_test(test_first_write),
        cmocka_unit_test(test_create_only),
        cmocka_unit_test(test_folders_made),
        cmocka_unit_test(test_no_durability_is_torn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

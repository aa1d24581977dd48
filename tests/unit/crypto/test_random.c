#include "crypto_fixture.h"

#include <sys/wait.h>
#include <unistd.h>

static void test_random(void **state)
{
    (void)state;
    uint8_t a[FIXTURE_BYTES] = {0}, b[FIXTURE_BYTES] = {0};
    assert_int_equal(quire_crypto_random(a, 0, NULL), 0);
    assert_true(quire_crypto_equal(a, b, sizeof(a)));
    assert_int_equal(quire_crypto_random(a, sizeof(a), NULL), 0);
    assert_int_equal(quire_crypto_random(b, 64, NULL), 0);
    assert_false(quire_crypto_equal(a, b, 64));
    assert_int_equal(b[64], 0); /* no more than was asked for */
}

/* Parent and child go on from the same state, and must not draw the same. */
static void test_fork(void **state)
{
    (void)state;
    uint8_t mine[16], childs[16];
    int ends[2];
    assert_int_equal(quire_crypto_random(mine, sizeof(mine), NULL), 0);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        bool done = quire_crypto_random(childs, sizeof(childs), NULL) == 0 &&
                    write(ends[1], childs, sizeof(childs)) == (ssize_t)sizeof(childs);
        _exit(done ? 0 : 1);
    }
    assert_int_equal(quire_crypto_random(mine, sizeof(mine), NULL), 0);
    assert_int_equal(read(ends[0], childs, sizeof(childs)), sizeof(childs));
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_false(quire_crypto_equal(mine, childs, sizeof(mine)));
    close(ends[0]);
    close(ends[1]);
}

static void test_equal_and_wipe(void **state)
{
    (void)state;
    uint8_t a[] = "a secret", b[] = "a secret";
    static const uint8_t zeros[sizeof(a)];
    assert_true(quire_crypto_equal(a, b, sizeof(a)));
    assert_true(quire_crypto_equal(NULL, NULL, 0));
    for (size_t bit = 0; bit < sizeof(a) * 8; bit++) {
        b[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(quire_crypto_equal(a, b, sizeof(a)));
        b[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    quire_crypto_wipe(a, 0);
    assert_memory_equal(a, b, sizeof(a));
    quire_crypto_wipe(a, sizeof(a));
    assert_memory_equal(a, zeros, sizeof(a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_fork),
        cmocka_unit_test(test_equal_and_wipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

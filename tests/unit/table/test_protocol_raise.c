/* Protocols that get a feature more: what their versions stood for is named where names begin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "table/schema/protocol_raise.h"

/* The names in one text, each with a blank behind. */
static void join(const struct quire_texts *texts, char *out, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < texts->size; i++) {
        assert_true(used + texts->items[i].size + 2 < size);
        memcpy(out + used, texts->items[i].data, texts->items[i].size);
        used += texts->items[i].size;
        out[used++] = ' ';
    }
    out[used] = '\0';
}

static void check(const struct quire_protocol *protocol, int64_t reader, int64_t writer,
                  const char *reads, const char *writes)
{
    char names[400];
    assert_int_equal(protocol->reader, reader);
    assert_int_equal(protocol->writer, writer);
    join(&protocol->reader_features, names, sizeof(names));
    assert_string_equal(names, reads);
    join(&protocol->writer_features, names, sizeof(names));
    assert_string_equal(names, writes);
}

static void raise_to(struct quire_protocol *protocol, const char *feature,
                     struct quire_arena *arena)
{
    bool before = quire_protocol_supports(protocol, feature), changed = false;
    assert_int_equal(quire_protocol_raise(protocol, feature, arena, &changed, NULL), 0);
    assert_int_equal(changed, !before);
    assert_true(quire_protocol_supports(protocol, feature));
}

static void test_versions(void **state)
{
    struct quire_arena arena = {NULL, 0};
    struct quire_protocol protocol = {.reader = 1, .writer = 2};
    (void)state;
    assert_true(quire_protocol_supports(&protocol, "appendOnly"));
    assert_false(quire_protocol_supports(&protocol, "changeDataFeed"));
    raise_to(&protocol, "changeDataFeed", &arena);
    check(&protocol, 1, 4, "", "");
    assert_true(quire_protocol_supports(&protocol, "changeDataFeed"));
    protocol.writer = 5;
    raise_to(&protocol, "changeDataFeed", &arena);
    check(&protocol, 1, 5, "", "");
    quire_arena_release(&arena);
}

static void test_names(void **state)
{
    struct quire_arena arena = {NULL, 0};
    struct quire_protocol protocol = {.reader = 2, .writer = 5};
    (void)state;
    raise_to(&protocol, "deletionVectors", &arena);
    check(&protocol, 3, 7, "columnMapping deletionVectors ",
          "appendOnly invariants checkConstraints changeDataFeed generatedColumns columnMapping "
          "deletionVectors ");
    raise_to(&protocol, "deletionVectors", &arena);
    raise_to(&protocol, "domainMetadata", &arena);
    check(&protocol, 3, 7, "columnMapping deletionVectors ",
          "appendOnly invariants checkConstraints changeDataFeed generatedColumns columnMapping "
          "deletionVectors domainMetadata ");
    assert_false(quire_protocol_supports(&protocol, "identityColumns"));
    quire_arena_release(&arena);
}

/* What writers alone must know leaves readers as they were. */
static void test_readers(void **state)
{
    struct quire_arena arena = {NULL, 0};
    struct quire_protocol protocol = {.reader = 1, .writer = 1};
    (void)state;
    raise_to(&protocol, "domainMetadata", &arena);
    check(&protocol, 1, 7, "", "domainMetadata ");
    quire_arena_release(&arena);
}

static void test_merged(void **state)
{
    struct quire_arena arena = {NULL, 0};
    struct quire_protocol protocol = {.reader = 1, .writer = 2}, other = {.reader = 1, .writer = 4};
    (void)state;
    assert_int_equal(quire_protocol_cover(&protocol, &other, &arena), 0);
    check(&protocol, 1, 4, "", "");
    other = (struct quire_protocol){.reader = 1, .writer = 1};
    raise_to(&other, "deletionVectors", &arena);
    assert_int_equal(quire_protocol_cover(&protocol, &other, &arena), 0);
    check(&protocol, 3, 7, "deletionVectors ",
          "appendOnly invariants checkConstraints changeDataFeed generatedColumns "
          "deletionVectors ");
    quire_arena_release(&arena);
}

/* Version 2 of readers, where writers' features have names, is column mapping. */
static void test_merged_with_mapping(void **state)
{
    struct quire_arena arena = {NULL, 0};
    struct quire_protocol protocol = {.reader = 1, .writer = 1}, other = {.reader = 2, .writer = 5};
    (void)state;
    raise_to(&other, "domainMetadata", &arena);
    assert_int_equal(other.reader, 2);
    raise_to(&protocol, "domainMetadata", &arena);
    assert_int_equal(quire_protocol_cover(&protocol, &other, &arena), 0);
    assert_int_equal(protocol.reader, 2);
    assert_int_equal(protocol.reader_features.size, 0);
    assert_true(quire_protocol_supports(&protocol, "columnMapping"));
    protocol = (struct quire_protocol){.reader = 1, .writer = 1};
    raise_to(&protocol, "deletionVectors", &arena);
    assert_int_equal(quire_protocol_cover(&protocol, &other, &arena), 0);
    check(&protocol, 3, 7, "deletionVectors columnMapping ",
          "deletionVectors appendOnly invariants checkConstraints changeDataFeed generatedColumns "
          "columnMapping domainMetadata ");
    quire_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_readers),
        cmocka_unit_test(test_merged),
        cmocka_unit_test(test_merged_with_mapping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Reports as JSON: right use gives the text, wrong use an error and no assertion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "quire/json.h"
#include "quire/memory.h"

static struct quire_json *make(void)
{
    struct quire_json *json = NULL;
    assert_int_equal(quire_json_new(&json, NULL), 0);
    return json;
}

static void assert_text(struct quire_json *json, const char *expected)
{
    const char *text = NULL;
    size_t size = 0;
    assert_int_equal(quire_json_text(json, &text, &size, NULL), 0);
    assert_string_equal(text, expected);
    assert_int_equal(size, strlen(expected));
}

static void assert_refused(struct quire_json *json, int code)
{
    const char *text = "untouched";
    struct quire_error error;
    assert_int_equal(quire_json_text(json, &text, NULL, &error), code);
    assert_int_equal(error.code, code);
    assert_string_equal(text, "untouched");
    quire_json_clear(json);
}

static void every_kind_of_value(void **state)
{
    (void)state;
    struct quire_json *json = make();
    quire_json_begin_object(json);
    quire_json_key(json, "s");
    quire_json_string(json, "a\"b\n\xff");
    quire_json_key(json, "none");
    quire_json_string(json, NULL);
    quire_json_key(json, "list");
    quire_json_begin_array(json);
    quire_json_i64(json, INT64_MIN);
    quire_json_f64(json, 0.1);
    quire_json_f64(json, (double)NAN);
    quire_json_bool(json, true);
    quire_json_null(json);
    quire_json_begin_object(json);
    quire_json_end_object(json);
    quire_json_end_array(json);
    quire_json_end_object(json);
    assert_text(json, "{\"s\":\"a\\\"b\\n\xef\xbf\xbd\",\"none\":null,"
                      "\"list\":[-9223372036854775808,0.1,null,true,null,{}]}");
    quire_json_clear(json);
    quire_json_i64(json, 7);
    assert_text(json, "7");
    quire_json_free(json);
}

static void wrong_order_is_refused(void **state)
{
    (void)state;
    struct quire_json *json = make();
    assert_refused(json, QUIRE_USAGE); /* nothing written */
    quire_json_begin_array(json);
    assert_refused(json, QUIRE_USAGE); /* not closed */
    quire_json_begin_object(json);
    quire_json_i64(json, 1); /* without a key */
    quire_json_end_object(json);
    assert_refused(json, QUIRE_USAGE);
    quire_json_begin_array(json);
    quire_json_key(json, "k"); /* outside an object */
    assert_refused(json, QUIRE_USAGE);
    quire_json_begin_object(json);
    quire_json_key(json, "k");
    quire_json_end_object(json); /* a key without its value */
    assert_refused(json, QUIRE_USAGE);
    quire_json_begin_object(json);
    quire_json_end_array(json); /* of another container */
    assert_refused(json, QUIRE_USAGE);
    quire_json_end_object(json);
    assert_refused(json, QUIRE_USAGE);
    quire_json_null(json);
    quire_json_null(json); /* two documents */
    assert_refused(json, QUIRE_USAGE);
    quire_json_free(json);
    quire_json_free(NULL);
}

static void nesting_has_a_limit(void **state)
{
    (void)state;
    struct quire_json *json = make();
    for (int i = 0; i < 60; i++)
        quire_json_begin_array(json);
    for (int i = 0; i < 60; i++)
        quire_json_end_array(json);
    const char *text = NULL;
    assert_int_equal(quire_json_text(json, &text, NULL, NULL), 0);
    quire_json_clear(json);
    for (int i = 0; i < 100; i++)
        quire_json_begin_array(json);
    for (int i = 0; i < 100; i++)
        quire_json_end_array(json);
    assert_refused(json, QUIRE_LIMIT);
    quire_json_free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_value),
        cmocka_unit_test(wrong_order_is_refused),
        cmocka_unit_test(nesting_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

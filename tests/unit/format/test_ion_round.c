/* What the Ion encoders write their decoders read back as the same values: every type,
 * both forms, every style. */
#include <stdio.h>
#include <string.h>

#include "../data/random_column.h"
#include "json_fixture.h"

static const char nested[] =
    "n null\n l list<int32>\n ll large_list<string>\n lv list<list<bool>>\n"
    "fl fixed_list<int16, 3>\n st struct<x:float64, y:list<struct<p:string,"
    "q:bool>>, z:struct<a:decimal(9,2)>>\n m map<string, int64>\n"
    "mi map<int32, struct<v:time(us)>>\n d8 dictionary<string, int8>\n di dictionary<int64>\n"
    "`odd \"name\\` int8\n `` int8\n `日本` string not null\n u uuid\n j list<timestamp(ns)>";

/* Random moments may lie beyond the years that Ion has. */
static bool may_be_beyond(const char *schema)
{
    return strstr(schema, "date") != NULL || strstr(schema, "timestamp") != NULL;
}

static bool round_once(struct json_run run, const char *schema_text, uint64_t seed, int64_t rows)
{
    struct ArrowArray batch = json_random_batch(schema_text, rows, seed);
    struct ArrowArray copy = json_random_batch(schema_text, rows, seed), back = {.release = NULL};
    struct ArrowSchema schema = json_schema(schema_text), read = {.release = NULL};
    struct quire_error difference;
    char line[1600];
    run.schema = schema_text;
    run.from = run.to;
    int code = json_encode(&run, &schema, &batch);
    bool beyond = code == QUIRE_INPUT && may_be_beyond(schema_text) &&
                  strstr(run.error.cause, "years 1 to 9999") != NULL;
    if (code == 0) code = json_decode(&run, (const char *)run.out.data, run.out.size, &read, &back);
    if (code != 0 && !beyond) {
        quire_error_format(&run.error, line, sizeof(line));
        fail_msg("%s, seed %d: %s", schema_text, (int)seed, line);
    }
    if (!beyond && (!quire_schema_equal(&schema, &read, &difference) ||
                    !quire_array_equal(&schema, &copy, &back, &difference))) {
        quire_error_format(&difference, line, sizeof(line));
        fail_msg("%s, seed %d: %s", schema_text, (int)seed, line);
    }
    quire_array_release(&copy);
    quire_array_release(&back);
    quire_schema_release(&read);
    quire_schema_release(&schema);
    json_run_clear(&run);
    return !beyond;
}

static const char *const forms[] = {"ion", "ion-text"};

static void every_scalar_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < random_column_types_size; i++) {
        char schema[128];
        snprintf(schema, sizeof(schema), "v %s\n w %s\n x int8", random_column_types[i],
                 random_column_types[i]);
        for (size_t form = 0; form < 2; form++) {
            round_once((struct json_run){.to = forms[form]}, schema, i, 1100);
            for (uint64_t seed = 0; seed < 20; seed++)
                round_once((struct json_run){.to = forms[form]}, schema, seed, 1);
        }
    }
}

static void nested_types(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++)
        for (size_t form = 0; form < 2; form++)
            assert_true(round_once((struct json_run){.to = forms[form]}, nested, seed, 60));
}

static void every_style(void **state)
{
    static const char *const sets[] = {"nulls=plain", "nulls=omit", "uuids=blob",
                                       "invalid_utf8=replace"};
    (void)state;
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
        for (size_t form = 0; form < 2; form++)
            round_once((struct json_run){.to = forms[form], .out_set = sets[i]}, nested, i, 80);
    round_once((struct json_run){.to = "ion-text", .out_set = "pretty=on"}, nested, 9, 80);
    round_once((struct json_run){.to = "ion-text", .out_set = "pretty=on;nulls=omit"}, nested, 9,
               80);
}

/* Threads and odd pieces change nothing. */
static void every_way(void **state)
{
    static const char many[] = "a int64\n b list<string>\n c struct<x:float64>\n d timestamp(ns)";
    (void)state;
    for (size_t form = 0; form < 2; form++) {
        round_once((struct json_run){.to = forms[form], .piece = 1}, nested, 4, 60);
        round_once((struct json_run){.to = forms[form], .threads = 3}, many, 3, 5000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scalar_type),
        cmocka_unit_test(nested_types),
        cmocka_unit_test(every_style),
        cmocka_unit_test(every_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The cases of csv-spectrum (github.com/max-mapper/csv-spectrum, BSD-2-Clause), by
 * their content: text, and the values that its JSON files give. */
#include "csv_fixture.h"

static void test_spectrum(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"first,last,address,city,zip\nJohn,Doe,120 any st.,\"Anytown, WW\",08123",
         "first string, last string, address string, city string, zip string\n"
         "John|Doe|120 any st.|Anytown, WW|08123\n"},
        {"a,b,c\n1,\"\",\"\"\n2,3,4", "a string, b string, c string\n1||\n2|3|4\n"},
        {"a,b,c\r\n1,\"\",\"\"\r\n2,3,4", "a string, b string, c string\n1||\n2|3|4\n"},
        {"a,b\n1,\"ha \"\"ha\"\" ha\"\n3,4\n", "a string, b string\n1|ha \"ha\" ha\n3|4\n"},
        {"key,val\n1,\"{\"\"type\"\": \"\"Point\"\", \"\"coordinates\"\": [102.0, 0.5]}\"\n",
         "key string, val string\n1|{\"type\": \"Point\", \"coordinates\": [102.0, 0.5]}\n"},
        {"Contact Phone Number,Location Coordinates,Cities,Counties\n"
         "2095257564,37\xef\xbf\xbd"
         "36'37.8\"N 121\xef\xbf\xbd"
         "2'17.9\"W,Modesto,Stanislaus",
         "Contact Phone Number string, Location Coordinates string, Cities string, "
         "Counties string\n"
         "2095257564|37\xef\xbf\xbd"
         "36'37.8\"N 121\xef\xbf\xbd"
         "2'17.9\"W|Modesto|Stanislaus\n"},
        {"a,b,c\n1,2,3\n\"Once upon \na time\",5,6\n7,8,9\n",
         "a string, b string, c string\n1|2|3\nOnce upon \na time|5|6\n7|8|9\n"},
        {"a,b,c\r\n1,2,3\r\n\"Once upon \r\na time\",5,6\r\n7,8,9\r\n",
         "a string, b string, c string\n1|2|3\nOnce upon \r\na time|5|6\n7|8|9\n"},
        {"a,b\n1,\"ha \n\"\"ha\"\" \nha\"\n3,4\n", "a string, b string\n1|ha \n\"ha\" \nha\n3|4\n"},
        {"a,b,c\n1,2,3\n", "a string, b string, c string\n1|2|3\n"},
        {"a,b,c\r\n1,2,3\r\n", "a string, b string, c string\n1|2|3\n"},
        {"a,b,c\n1,2,3\n4,5,\xca\xa4", "a string, b string, c string\n1|2|3\n4|5|\xca\xa4\n"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        csv_expect_read((struct csv_run){.set = "infer=off"}, cases[i].text, cases[i].expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_spectrum)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

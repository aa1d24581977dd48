/* Checks every file of the public JSON test suite (given as a folder) as one whole
 * text: y_ must be accepted, n_ refused with a reason, i_ may be either. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "format/json/json_value.h"
#include "suite_files.h"

#define FILES_MIN 200 /* fewer: this is not the suite */

/* What is wrong with the answer; NULL when nothing is. */
static const char *judge(char kind, int code, const struct quire_error *error)
{
    if (code != 0 && code != QUIRE_INPUT && code != QUIRE_LIMIT) return "failed otherwise";
    if (code != 0 && (error->cause[0] == '\0' || error->byte < 0)) return "refused without a place";
    if (kind == 'y' && code != 0) return "must be accepted";
    if (kind == 'n' && code == 0) return "must be refused";
    return NULL;
}

static void check_file(void *user, const char *path, const char *name, bool is_folder)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    struct quire_error error;
    const char *fault = "cannot be read";
    quire_error_clear(&error);
    if (is_folder || strchr("yni", name[0]) == NULL || name[1] != '_') return;
    if (suite_read_file(path, &text) == 0)
        fault = judge(name[0], quire_json_check(text.data, text.size, &error), &error);
    suite_note(user, path, fault, &error);
}

int main(int argc, char **argv)
{
    struct suite suite = {0, 0};
    if (argc != 2) {
        fprintf(stderr, "usage: json_suite FOLDER\n");
        return 2;
    }
    if (!suite_walk(argv[1], check_file, &suite)) {
        perror(argv[1]);
        return 2;
    }
    return suite_status(&suite, FILES_MIN);
}

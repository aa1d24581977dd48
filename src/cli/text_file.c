#include "text_file.h"

#include <errno.h>
#include <string.h>

int quire_cli_text_read(const char *path, char **text, size_t *size, struct quire_error *error)
{
    const char *why = NULL;
    FILE *file = fopen(path, "re");
    char *bytes = file != NULL ? quire_alloc(QUIRE_CLI_TEXT_BYTES_MAX + 1) : NULL;
    size_t got = 0;
    if (file == NULL) {
        why = strerror(errno);
    } else if (bytes != NULL) {
        got = fread(bytes, 1, QUIRE_CLI_TEXT_BYTES_MAX, file);
        if (ferror(file)) why = strerror(errno);
        if (got == QUIRE_CLI_TEXT_BYTES_MAX) why = "larger than 1 MiB";
        if (memchr(bytes, '\0', got) != NULL) why = "it is no text";
        bytes[got] = '\0';
    }
    if (file != NULL) fclose(file);
    if (file != NULL && bytes == NULL) return quire_cli_fail_memory(error);
    if (why == NULL) {
        *text = bytes;
        *size = got;
        return 0;
    }
    quire_free(bytes);
    quire_fail(error, QUIRE_USAGE, "configure", "%s", why);
    snprintf(error->path, sizeof(error->path), "%s", path);
    return QUIRE_USAGE;
}

/* Writes and reports call a table the same. */
#include "runlog/write/place_name.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "quire/memory.h"

/* "." and ".." are no names of folders. */
static bool is_name(const char *begin, const char *end)
{
    while (begin < end && *begin == '.')
        begin++;
    return begin < end;
}

/* The last name of a path, and where it ends; slashes that are doubled, and ".", are none. */
static const char *last_name(const char *begin, const char **end)
{
    for (;;) {
        while (*end > begin && (*end)[-1] == '/')
            (*end)--;
        const char *name = *end;
        while (name > begin && name[-1] != '/')
            name--;
        if (name == begin || *end - name != 1 || *name != '.') return name;
        *end = name;
    }
}

char *quire_place_name(const char *place)
{
    const char *scheme = strstr(place, "://");
    const char *begin = scheme != NULL ? scheme + 3 : place, *end = place + strlen(place);
    const char *name = last_name(begin, &end);
    const char *folder_end = name, *folder = last_name(begin, &folder_end);
    struct quire_buf out = {0};
    int code = 0;
    if (is_name(folder, folder_end))
        code = quire_buf_printf(&out, "%.*s.", (int)(folder_end - folder), folder);
    if (code == 0) code = quire_buf_append(&out, name, (size_t)(end - name));
    char *text = NULL;
    if (code == 0)
        text = out.size > 0 ? quire_strndup((const char *)out.data, out.size)
                            : quire_strdup("run_log");
    quire_buf_release(&out);
    return text;
}

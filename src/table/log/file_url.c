#include "table/log/file_url.h"

#include <string.h>

#include "base/cleanup.h"
#include "table/log/uri.h"

static bool is_absolute(const struct quire_buf *path)
{
    return path->size > 0 &&
           (path->data[0] == '/' || strstr((const char *)path->data, "://") != NULL);
}

int quire_file_url(const struct quire_table_place *place, const struct quire_bytes *path,
                   struct quire_buf *url)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf decoded = {0};
    quire_buf_clear(url);
    int code = quire_uri_decode(path, &decoded);
    if (code == 0) code = quire_buf_terminate(&decoded);
    if (code == 0 && !is_absolute(&decoded)) code = quire_buf_append_text(url, place->url);
    if (code == 0) code = quire_buf_append(url, decoded.data, decoded.size);
    return code == 0 ? quire_buf_terminate(url) : code;
}

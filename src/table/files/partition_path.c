#include "table/files/partition_path.h"

static bool is_escaped(uint8_t byte)
{
    return byte < 0x20 || byte == 0x7f || strchr("\"#%'*/:=?\\{[]^", byte) != NULL;
}

static int append(const struct quire_bytes *text, struct quire_buf *out)
{
    for (size_t i = 0; i < text->size; i++) {
        int code = is_escaped(text->data[i]) ? quire_buf_printf(out, "%%%02X", text->data[i])
                                             : quire_buf_push(out, text->data[i]);
        if (code != 0) return code;
    }
    return 0;
}

int quire_partition_path(const struct quire_pairs *values, struct quire_buf *out)
{
    int code = 0;
    for (size_t i = 0; i < values->size && code == 0; i++) {
        const struct quire_pair *pair = &values->items[i];
        code = append(&pair->key, out);
        if (code == 0) code = quire_buf_push(out, '=');
        if (code == 0)
            code = pair->value.data != NULL
                       ? append(&pair->value, out)
                       : quire_buf_append_text(out, "__HIVE_DEFAULT_PARTITION__");
        if (code == 0) code = quire_buf_push(out, '/');
    }
    return code;
}

int quire_partition_key(const struct quire_pairs *values, struct quire_buf *out)
{
    int code = quire_partition_path(values, out);
    for (size_t i = 0; i < values->size && code == 0; i++)
        code = quire_buf_push(out, values->items[i].value.data != NULL);
    return code;
}

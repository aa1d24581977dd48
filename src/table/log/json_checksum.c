/* The leaves of the tree are written as "path=value", one after the other, and then put in the
 * order of their paths. */
#include "table/log/json_checksum.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "crypto/md5.h"

/* A leaf that is written: where in the texts, and how much of it is path. */
struct leaf {
    size_t at, path_size, size;
    const uint8_t *text; /* once all are written */
};

struct canonical {
    struct quire_buf path; /* of the node at hand */
    struct quire_buf texts;
    struct quire_buf leaves; /* struct leaf */
};

static void release_canonical(struct canonical *canonical)
{
    quire_buf_release(&canonical->path);
    quire_buf_release(&canonical->texts);
    quire_buf_release(&canonical->leaves);
}

/* "How to URL encode keys and string values": all but these is escaped. */
static bool is_plain(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static int put_string(struct quire_buf *out, const char *text, size_t size)
{
    static const char digits[] = "0123456789ABCDEF";
    int code = quire_buf_push(out, '"');
    for (size_t i = 0; code == 0 && i < size; i++) {
        const uint8_t c = (uint8_t)text[i];
        const char escape[3] = {'%', digits[c >> 4], digits[c & 15]};
        code = is_plain(c) ? quire_buf_push(out, c) : quire_buf_append(out, escape, sizeof(escape));
    }
    return code != 0 ? code : quire_buf_push(out, '"');
}

static int put_leaf(struct canonical *canonical, const struct quire_json_node *node)
{
    struct leaf leaf = {.at = canonical->texts.size, .path_size = canonical->path.size};
    int code = quire_buf_append(&canonical->texts, canonical->path.data, canonical->path.size);
    if (code == 0) code = quire_buf_push(&canonical->texts, '=');
    if (code == 0)
        code = node->kind == QUIRE_JSON_STRING
                   ? put_string(&canonical->texts, node->text, node->size)
                   : quire_buf_append(&canonical->texts, node->raw, node->raw_size);
    leaf.size = canonical->texts.size - leaf.at;
    return code != 0 ? code : quire_buf_append(&canonical->leaves, &leaf, sizeof(leaf));
}

static int put_step(struct quire_buf *path, const struct quire_json_node *child, size_t index)
{
    int code = path->size > 0 ? quire_buf_push(path, '+') : 0;
    if (code != 0) return code;
    return child->key != NULL ? put_string(path, child->key, child->key_size)
                              : quire_buf_printf(path, "%zu", index);
}

static int put_node(struct canonical *canonical, const struct quire_json_node *node)
{
    bool nested = node->kind == QUIRE_JSON_ARRAY || node->kind == QUIRE_JSON_OBJECT;
    size_t path_size = canonical->path.size, index = 0;
    if (!nested) return put_leaf(canonical, node);
    for (const struct quire_json_node *child = node->first; child != NULL; child = child->next) {
        bool own = path_size == 0 && child->key != NULL && strcmp(child->key, "checksum") == 0;
        int code = own ? 0 : put_step(&canonical->path, child, index++);
        if (code == 0 && !own) code = put_node(canonical, child);
        if (code != 0) return code;
        canonical->path.size = path_size;
    }
    return 0;
}

static int by_path(const void *a, const void *b)
{
    const struct leaf *left = a, *right = b;
    size_t least = left->path_size < right->path_size ? left->path_size : right->path_size;
    int order = memcmp(left->text, right->text, least);
    return order != 0 ? order
                      : (left->path_size > right->path_size) - (left->path_size < right->path_size);
}

static int put_sorted(struct canonical *canonical, struct quire_buf *out)
{
    struct leaf *leaves = (struct leaf *)(void *)canonical->leaves.data;
    size_t n = canonical->leaves.size / sizeof(*leaves);
    for (size_t i = 0; i < n; i++)
        leaves[i].text = canonical->texts.data + leaves[i].at;
    if (n > 0) qsort(leaves, n, sizeof(*leaves), by_path);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && by_path(&leaves[i - 1], &leaves[i]) == 0) return QUIRE_INPUT;
        int code = i > 0 ? quire_buf_push(out, ',') : 0;
        if (code == 0) code = quire_buf_append(out, leaves[i].text, leaves[i].size);
        if (code != 0) return code;
    }
    return 0;
}

int quire_json_canonical(const struct quire_json_node *root, struct quire_buf *out)
{
    QUIRE_CLEANUP(release_canonical) struct canonical canonical = {.path = {0}};
    int code = root->kind == QUIRE_JSON_OBJECT ? put_node(&canonical, root) : QUIRE_INPUT;
    return code != 0 ? code : put_sorted(&canonical, out);
}

int quire_json_checksum(const struct quire_json_node *root, char text[QUIRE_JSON_CHECKSUM_SIZE])
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf form = {0};
    uint8_t digest[QUIRE_MD5_SIZE];
    int code = quire_json_canonical(root, &form);
    if (code == 0) code = quire_md5(form.data, form.size, digest, NULL);
    if (code == 0) *quire_hex_encode(digest, sizeof(digest), text) = '\0';
    return code;
}

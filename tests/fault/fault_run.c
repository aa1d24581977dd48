#include "fault_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "call_way.h"
#include "cli.h"
#include "fault_alloc.h"
#include "fault_files.h"
#include "fault_store.h"
#include "quire/file.h"
#include "quire/store.h"
#include "scratch.h"

#define CONTENT_MAX    16384
#define OUTPUT_MAX     262144
#define WORDS_MAX      (FAULT_WORDS_MAX + 4)
#define N_MAX          100000
#define MAGIC_SIZE     4
#define THREADS_STRIDE 3

/* Rows that do not fit the least memory when they are sorted. */
#define LONG_ROWS  16
#define LONG_BYTES 50000

static const char old_content[] = "{\"id\":0,\"name\":\"old\",\"born\":\"2000-01-01\"}\n";

/* "id,name,born" and two records, compressed by gzip. */
static const unsigned char packed[] = {
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xcb, 0x4c, 0xd1, 0xc9,
    0x4b, 0xcc, 0x4d, 0xd5, 0x49, 0xca, 0x2f, 0xca, 0xe3, 0x32, 0xd4, 0x71, 0x4c, 0x49,
    0xd4, 0x31, 0xb4, 0x30, 0x34, 0xd5, 0x35, 0x34, 0xd2, 0x35, 0x34, 0xe0, 0x32, 0xd2,
    0x51, 0x72, 0xd2, 0x51, 0x70, 0x51, 0xd2, 0x31, 0xb4, 0x34, 0x30, 0xd0, 0x35, 0x30,
    0x04, 0x22, 0x2e, 0x00, 0x17, 0x38, 0xe5, 0x14, 0x32, 0x00, 0x00, 0x00,
};

/* What a run left behind. size -1: no such file. */
struct content {
    char bytes[CONTENT_MAX];
    ssize_t size;
};
struct outcome {
    int status;
    struct content targets[FAULT_TARGETS_MAX];
    ssize_t output_size;
};
static char output[OUTPUT_MAX], output_expected[OUTPUT_MAX];

/* Memory files that standard output and error go to. */
static int captured[2] = {-1, -1};

/* --- The folder ----------------------------------------------------------------------- */

static bool write_packed(void)
{
    FILE *file = fopen("packed.csv.gz", "wbe");
    if (file == NULL) return false;
    bool written = fwrite(packed, sizeof(packed), 1, file) == 1;
    return fclose(file) == 0 && written;
}

/* Two dictionaries that differ, in two batches. */
static bool write_arrow(void)
{
    const char *const names[] = {"people.csv", "people.jsonl"};
    const struct quire_setting settings[] = {{"compression", "lz4"}};
    const struct quire_write_options options = {.settings = settings, .settings_size = 1};
    struct quire_read_options reading = {.format = NULL};
    struct ArrowSchema schema = {.release = NULL};
    struct ArrowArrayStream stream = {.release = NULL};
    static const char text[] = "id int64, name dictionary<string>, born date";
    int code = quire_schema_parse(text, sizeof(text) - 1, &schema, NULL);
    reading.records.schema = &schema;
    if (code == 0) code = quire_file_read_all(names, 2, &reading, &stream, NULL);
    if (code == 0) code = quire_file_write("people.arrow", &stream, &options, NULL, NULL);
    quire_stream_release(&stream);
    quire_schema_release(&schema);
    return code == 0;
}

static bool write_long(void)
{
    FILE *file = fopen("long.csv", "wbe");
    if (file == NULL) return false;
    fputs("id,text\n", file);
    for (int i = 0; i < LONG_ROWS; i++)
        fprintf(file, "%d,%*d\n", i * 7 % LONG_ROWS, LONG_BYTES, i);
    return fclose(file) == 0;
}

static int main_captured(char **words, int words_size);

/* Files of the program's own making. */
static bool convert(const char *from, const char *to, const char *option)
{
    char *words[] = {(char[]){"quire"}, (char[]){"convert"}, strdup(from), strdup(to),
                     (char[]){"--set"}, strdup(option),      NULL};
    int status = main_captured(words, 6);
    free(words[2]);
    free(words[3]);
    free(words[5]);
    return status == 0;
}

int fault_setup(void **state)
{
    if (scratch_setup(state) != 0 || chdir(*state) != 0) return -1;
    scratch_write("people.csv", "id,name,born\n1,Ada,1815-12-10\n2,\"B, C\",1900-01-01\n3,,\n");
    scratch_write("catalog.iont", "$ion_shared_symbol_table::{name:\"s\",symbols:[\"id\"]}");
    scratch_write("tables.ion",
                  "$ion_symbol_table::{imports:[{name:\"s\",version:1}],symbols:[\"k\"]}\n"
                  "r::{$10:1,$11:x,l:[1.5,(a)]} {$10:2,m:'''a''' '''b'''}\n");
    scratch_write("people.jsonl", "{\"id\":1,\"name\":\"Ada\",\"born\":\"1815-12-10\"}\n"
                                  "{\"id\":2,\"name\":\"B, D\",\"born\":null}\n");
    scratch_write("people.json", "[{\"id\":1,\"tags\":[\"a\",\"b\"],\"at\":{\"x\":1.5}},\n"
                                 "{\"id\":2,\"tags\":[],\"at\":null}]\n");
    scratch_write("wrong.csv", "id,name,born\n1,Ada,1815-12-10\nx,y,z\n3,C,2000-01-01\n");
    scratch_write("schema.txt", "id int64 not null\nname string\nborn date # a day\n");
    scratch_write("rules.yaml", "rules:\n- {name: a, check: id > 1, examples: 1}\n"
                                "- check: name <> 'x'\n  nulls: fail\nmin_validation_rate: 10\n");
    scratch_write("rules.json",
                  "{\"rules\":[{\"check\":\"id > 1\",\"on_fail\":\"reject\",\"column\":\"id\"},"
                  "{\"check\":\"born IS NOT NULL AND length(name) < 90\",\"name\":\"b\"}]}");
    scratch_write("key", "00112233445566778899aabbccddeeff\n");
    if (!write_packed() || !write_long() || !write_arrow()) return -1;
    for (int i = 0; i < 2; i++)
        captured[i] = memfd_create("captured", MFD_CLOEXEC);
    if (captured[0] < 0 || captured[1] < 0 || setenv("TMPDIR", ".", 1) != 0) return -1;
    if (!convert("people.csv", "rows.parquet", "bloom_filter=name") ||
        !convert("people.json", "nested.parquet", "page_rows=1") ||
        !convert("people.csv", "sealed.parquet", "footer_key=key"))
        return -1;
    return quire_store_register(&fault_store, NULL);
}

int fault_teardown(void **state)
{
    if (chdir("/") != 0) return -1;
    close(captured[0]);
    close(captured[1]);
    return scratch_teardown(state);
}

static void read_content(const char *name, struct content *content)
{
    content->size = -1;
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    content->size = read(fd, content->bytes, CONTENT_MAX);
    close(fd);
    assert_in_range(content->size, 0, CONTENT_MAX - 1);
}

static bool is_same(const struct content *a, const struct content *b)
{
    return a->size == b->size && (a->size <= 0 || memcmp(a->bytes, b->bytes, (size_t)a->size) == 0);
}

/* Encrypted files begin and end as others do. */
static bool is_written(const struct fault_case *fault, const struct content *a,
                       const struct content *b)
{
    if (!fault->varies || a->size < MAGIC_SIZE) return is_same(a, b);
    return a->size == b->size && memcmp(a->bytes, b->bytes, MAGIC_SIZE) == 0 &&
           memcmp(a->bytes + a->size - MAGIC_SIZE, b->bytes + b->size - MAGIC_SIZE, MAGIC_SIZE) ==
               0;
}

/* Names that no command may leave here, below one folder too. */
static int count_temporaries(const char *folder)
{
    int count = 0;
    DIR *entries = opendir(folder);
    if (entries == NULL) return 0;
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;)
        count += strstr(entry->d_name, ".quire-") != NULL;
    closedir(entries);
    return count;
}

static int count_descriptors(void)
{
    return scratch_count("/proc/self/fd");
}

/* --- Running -------------------------------------------------------------------------- */

static int main_captured(char **words, int words_size)
{
    int saved[2];
    fflush(NULL);
    for (int i = 0; i < 2; i++) {
        saved[i] = fcntl(i + 1, F_DUPFD_CLOEXEC, 10);
        assert_true(saved[i] >= 0);
        assert_int_equal(ftruncate(captured[i], 0), 0);
        lseek(captured[i], 0, SEEK_SET);
        dup2(captured[i], i + 1);
    }
    int status = quire_cli_main(words_size, words);
    fflush(NULL);
    for (int i = 0; i < 2; i++) {
        dup2(saved[i], i + 1);
        close(saved[i]);
    }
    return status;
}

/* Names of files go through the fault store when that is what fails. */
static char *word_of(const char *word, bool through_store)
{
    static char words[WORDS_MAX][128];
    static int next;
    char *copy = words[next++ % WORDS_MAX];
    /* Schemas and catalogs are read from the file system itself. */
    bool is_file = strchr(word, '.') != NULL && strpbrk(word, ", ") == NULL &&
                   strcmp(word, "schema.txt") != 0 && strcmp(word, "catalog.iont") != 0;
    const char *equals = strchr(word, '='); /* of NAME=FILE */
    int name = equals != NULL ? (int)(equals + 1 - word) : 0;
    snprintf(copy, sizeof(words[0]), "%.*s%s%s", name, word,
             through_store && is_file ? "fault://" : "", word + name);
    return copy;
}

/* The old content stands in all targets; nothing else that a run may have left. */
static void restore(const struct fault_case *fault)
{
    for (int i = 0; i < FAULT_TARGETS_MAX && fault->targets[i] != NULL; i++) {
        if (fault->absent)
            unlink(fault->targets[i]);
        else
            scratch_write(fault->targets[i], old_content);
    }
    rmdir("new");
}

static void run(const struct fault_case *fault, const struct fault_way *way,
                struct outcome *outcome)
{
    char *words[WORDS_MAX + 1] = {word_of("quire", false)};
    int size = 1;
    for (; size <= FAULT_WORDS_MAX && fault->words[size - 1] != NULL; size++)
        words[size] = word_of(fault->words[size - 1], way->kind == FAULT_STORE && size > 1);
    words[size++] = word_of("--threads", false);
    words[size++] = word_of(way->threads, false);
    outcome->status = main_captured(words, size);
    for (int i = 0; i < FAULT_TARGETS_MAX && fault->targets[i] != NULL; i++)
        read_content(fault->targets[i], &outcome->targets[i]);
    outcome->output_size = pread(captured[0], output, OUTPUT_MAX, 0);
    assert_in_range(outcome->output_size, 0, OUTPUT_MAX - 1);
    output[outcome->output_size] = '\0';
}

/* --- Checking ------------------------------------------------------------------------- */

static void complain(const struct fault_case *fault, const struct fault_way *way, int n,
                     const char *what)
{
    static const char *const kinds[] = {"allocation", "store operation", "file system call"};
    char line[512], said[512];
    int size = 0;
    for (int i = 0; i < FAULT_WORDS_MAX && fault->words[i] != NULL; i++)
        size += snprintf(line + size, sizeof(line) - (size_t)size, "%s ", fault->words[i]);
    ssize_t said_size = pread(captured[1], said, sizeof(said) - 1, 0);
    said[said_size > 0 ? said_size : 0] = '\0';
    fail_msg("quire %s--threads %s: %s %d%s%s: %s; it said: %s", line, way->threads,
             kinds[way->kind], n, way->onwards ? " and on" : "",
             way->after ? ", after it took effect" : "", what, said);
}

/* A change that is told to have failed after it took effect may stand, whole; and so
 * may one whose folder could not be flushed, which the store's contract says. */
static const char *judge_targets(const struct fault_case *fault, const struct fault_way *way,
                                 const struct outcome *got, const struct outcome *old,
                                 const struct outcome *new)
{
    bool done = got->status == new->status;
    bool either = !done && (way->after || way->kind == FAULT_FILES);
    for (int i = 0; i < FAULT_TARGETS_MAX && fault->targets[i] != NULL; i++) {
        bool is_old = is_same(&got->targets[i], &old->targets[i]);
        bool is_new = is_written(fault, &got->targets[i], &new->targets[i]);
        if (done && !is_new) return "it succeeded, and a target is not the new one";
        if (!is_old && !is_new) return "a target is neither the old nor the new one";
        /* The first target is committed last. */
        if (!done && i == 0 && !is_old && !either) return "it failed, and the target is new";
    }
    return NULL;
}

static const char *judge(const struct fault_case *fault, const struct fault_way *way,
                         const struct outcome *got, const struct outcome *old,
                         const struct outcome *new)
{
    char said[2] = "";
    const char *wrong = judge_targets(fault, way, got, old, new);
    if (wrong != NULL) return wrong;
    if (got->status != new->status) {
        if (got->status <= 0 || got->status > QUIRE_EXIT_CONFLICT) return "what status is that?";
        return pread(captured[1], said, 1, 0) == 1 ? NULL : "it failed and said nothing";
    }
    /* A text that there was no memory for says so in its place. */
    if (strstr(output, "(memory is out)") != NULL) return NULL;
    bool same = got->output_size ==
                new->output_size &&memcmp(output, output_expected, (size_t)got->output_size) == 0;
    return same ? NULL : "it succeeded, and printed something else";
}

/* A file system that refuses to remove things leaves them; a sweep then finds them. */
static const char *judge_leftovers(const struct fault_way *way)
{
    if (count_temporaries(".") + count_temporaries("new") == 0) return NULL;
    if (way->kind != FAULT_FILES) return "a temporary was left";
    int64_t removed = 0;
    quire_store_sweep(".", NULL, &removed, NULL);
    bool swept = count_temporaries(".") + count_temporaries("new") == 0;
    return swept ? NULL : "a temporary was left that no sweep finds";
}

/* --- Loops ---------------------------------------------------------------------------- */

static void arm(const struct fault_way *way, int n)
{
    const struct fault_plan store = {n, way->onwards, way->after, 0};
    struct fault_files_plan files = {way->kind == FAULT_FILES ? n : 0, way->onwards, way->after};
    fault_files_arm(&files); /* also when nothing fails there: it does not flush */
    if (way->kind == FAULT_STORE) fault_store_arm(&store);
    if (way->kind == FAULT_ALLOCATION && way->onwards)
        fault_alloc_arm_onwards(n);
    else
        fault_alloc_arm(way->kind == FAULT_ALLOCATION ? n : 0);
}

/* *held: blocks that were not returned. True when the nth was reached. (What fails after
 * it took effect leaves out those that failed by themselves.) */
static bool disarm(const struct fault_way *way, int n, int64_t *held)
{
    *held = fault_alloc_held();
    bool alloc = fault_alloc_disarm();
    int64_t calls = fault_files_disarm();
    if (way->kind == FAULT_ALLOCATION) return alloc;
    return n > 0 && (way->kind == FAULT_STORE ? fault_store_operations() : calls) >= n;
}

static void run_armed(const struct fault_case *fault, const struct fault_way *way, int n,
                      struct outcome *got, bool *reached)
{
    int64_t held = 0;
    int descriptors = count_descriptors();
    restore(fault);
    arm(way, n);
    run(fault, way, got);
    *reached = disarm(way, n, &held);
    if (held != 0) complain(fault, way, n, "memory is left");
    if (count_descriptors() != descriptors) complain(fault, way, n, "a descriptor is left");
    const char *wrong = judge_leftovers(way);
    if (wrong != NULL) complain(fault, way, n, wrong);
}

int fault_torture(const struct fault_case *fault, const struct fault_way *way)
{
    static struct outcome old, new, got;
    bool reached = true;
    restore(fault);
    for (int i = 0; i < FAULT_TARGETS_MAX && fault->targets[i] != NULL; i++)
        read_content(fault->targets[i], &old.targets[i]);
    /* Of two threads, the Nth allocation is not the same one each time: some of them will do. */
    const bool any = way->kind == FAULT_ALLOCATION && strcmp(way->threads, "1") != 0;
    const int stride = fault_stride(any ? THREADS_STRIDE : 1);
    run_armed(fault, way, 0, &new, &reached);
    if (reached || new.status > QUIRE_EXIT_DATA) complain(fault, way, 0, "it fails by itself");
    memcpy(output_expected, output, (size_t) new.output_size);
    for (int n = 1; n < N_MAX; n += stride) {
        run_armed(fault, way, n, &got, &reached);
        const char *wrong = judge(fault, way, &got, &old, &new);
        if (wrong != NULL) complain(fault, way, n, wrong);
        if (!reached && got.status != new.status)
            complain(fault, way, n, "it failed, and nothing was made to");
        if (!reached) return n;
    }
    fail_msg("%s never went through", fault->words[0]);
    return 0;
}

/* Every target over its seeds and over seeded mutations of them, with any compiler:
 * so the sanitizers of the whole test suite see the targets too.
 *
 *     fuzz_replay SEEDS [TARGET [RUNS]]
 *
 * SEEDS is the folder with a folder of seed files for each target that has some. RUNS, else
 * QUIRE_REPLAY_RUNS of the environment, is how many mutations each target is run on. The
 * canary runs in a process of its own, which must die. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/number.h"
#include "base/random.h"
#include "fuzz.h"
#include "quire/memory.h"

#define RUNS_DEFAULT   800
#define SEEDS_MAX      512
#define SEED_BYTES_MAX 65536

struct seeds {
    struct quire_buf items[SEEDS_MAX];
    size_t size;
};

static void add_seed(struct seeds *seeds, const void *bytes, size_t size)
{
    FUZZ_CHECK(seeds->size < SEEDS_MAX, "more seeds than %d", SEEDS_MAX);
    struct quire_buf *seed = &seeds->items[seeds->size++];
    FUZZ_CHECK(quire_buf_append(seed, bytes, size) == 0, "no memory");
}

static void add_file(struct seeds *seeds, const char *path)
{
    static uint8_t bytes[SEED_BYTES_MAX];
    FILE *file = fopen(path, "rbe");
    FUZZ_CHECK(file != NULL, "%s", path);
    size_t size = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    add_seed(seeds, bytes, size);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* The empty input, the table's and the files, in the order of their names. */
static void collect(const struct fuzz_target *target, const char *folder, struct seeds *seeds)
{
    char path[4096];
    struct dirent **entries = NULL;
    add_seed(seeds, "", 0);
    for (size_t i = 0; target->seeds != NULL && target->seeds[i] != NULL; i++)
        add_seed(seeds, target->seeds[i], strlen(target->seeds[i]));
    snprintf(path, sizeof(path), "%s/%s", folder, target->name);
    int found = scandir(path, &entries, is_visible, alphasort);
    for (int i = 0; i < found; i++) {
        snprintf(path, sizeof(path), "%s/%s/%s", folder, target->name, entries[i]->d_name);
        add_file(seeds, path);
        free(entries[i]);
    }
    free(entries);
}

/* A block of exactly that size, so that reading past its end is seen. */
static void run_exact(const struct fuzz_target *target, const uint8_t *bytes, size_t size)
{
    uint8_t *copy = quire_alloc(size);
    FUZZ_CHECK(copy != NULL, "no memory");
    if (size > 0) memcpy(copy, bytes, size);
    target->run(copy, size);
    quire_free(copy);
}

/* One small change: a byte, a run of bytes gone, doubled or taken from another seed. */
static void mutate(struct quire_buf *text, const struct seeds *seeds, struct quire_random *random)
{
    static const char telling[] = "\0\xff\n\r,\"\\'{}[]:#@-+.0eE9 \t\x80\xc3";
    size_t at = (size_t)quire_random_below(random, text->size + 1);
    size_t run = (size_t)quire_random_below(random, 16);
    const struct quire_buf *other = &seeds->items[quire_random_below(random, seeds->size)];
    uint8_t piece[16];
    if (run > text->size - at) run = text->size - at;
    switch (quire_random_below(random, 5)) {
    case 0:
        if (at < text->size) text->data[at] = (uint8_t)quire_random_u64(random);
        break;
    case 1:
        if (at < text->size)
            text->data[at] = (uint8_t)telling[quire_random_below(random, sizeof(telling))];
        break;
    case 2:
        if (run > 0) memmove(text->data + at, text->data + at + run, text->size - at - run);
        text->size -= run;
        break;
    case 3:
        if (run > 0) memcpy(piece, text->data + at, run);
        FUZZ_CHECK(quire_buf_append(text, piece, run) == 0, "no memory");
        break;
    default:
        if (at < other->size)
            FUZZ_CHECK(quire_buf_append(text, other->data + at, other->size - at) == 0,
                       "no memory");
    }
    if (text->size > SEED_BYTES_MAX) text->size = SEED_BYTES_MAX;
}

static void run_mutations(const struct fuzz_target *target, const struct seeds *seeds, int64_t runs)
{
    struct quire_random random;
    struct quire_buf text = {0};
    quire_random_seed(&random, seeds->size);
    for (int64_t i = 0; i < runs; i++) {
        const struct quire_buf *seed = &seeds->items[quire_random_below(&random, seeds->size)];
        text.size = 0;
        FUZZ_CHECK(quire_buf_append(&text, seed->data, seed->size) == 0, "no memory");
        for (uint64_t left = 1 + quire_random_below(&random, 6); left > 0; left--)
            mutate(&text, seeds, &random);
        run_exact(target, text.data, text.size);
    }
    quire_buf_release(&text);
}

static void run_target(const struct fuzz_target *target, const char *folder, int64_t runs)
{
    static struct seeds seeds;
    collect(target, folder, &seeds);
    for (size_t i = 0; i < seeds.size; i++)
        run_exact(target, seeds.items[i].data, seeds.items[i].size);
    run_mutations(target, &seeds, runs);
    for (size_t i = 0; i < seeds.size; i++)
        quire_buf_release(&seeds.items[i]);
    seeds.size = 0;
}

/* Whether the target dies when it is run. */
static bool dies(const struct fuzz_target *target, const char *folder, int64_t runs)
{
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    FUZZ_CHECK(child >= 0, "fork");
    if (child == 0) {
        const struct rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        if (freopen("/dev/null", "w", stderr) == NULL) _exit(0);
        run_target(target, folder, runs);
        _exit(0);
    }
    FUZZ_CHECK(waitpid(child, &status, 0) == child, "waitpid");
    return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

int main(int argc, char **argv)
{
    int64_t runs = RUNS_DEFAULT;
    const char *runs_text = argc > 3 ? argv[3] : getenv("QUIRE_REPLAY_RUNS");
    int ran = 0;
    if (argc < 2) {
        fprintf(stderr, "usage: fuzz_replay SEEDS [TARGET [RUNS]]\n");
        return 2;
    }
    if (runs_text != NULL && !quire_number_parse_i64(runs_text, strlen(runs_text), &runs, NULL))
        return 2;
    for (size_t i = 0; i < fuzz_targets_size; i++) {
        const struct fuzz_target *target = &fuzz_targets[i];
        if (argc > 2 && strcmp(argv[2], target->name) != 0) continue;
        printf("%s\n", target->name);
        fflush(stdout);
        if (target->must_fail)
            FUZZ_CHECK(dies(target, argv[1], runs), "%s lives", target->name);
        else
            run_target(target, argv[1], runs);
        ran++;
    }
    printf("%d targets\n", ran);
    return ran > 0 ? 0 : 2;
}

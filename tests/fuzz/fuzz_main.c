/* The targets for libFuzzer, in one program:
 *
 *     fuzz list                       names the targets that must pass
 *     fuzz seeds TARGET FOLDER        writes the seeds of the table there
 *     fuzz TARGET [CORPUS...] [-options of libFuzzer]
 *
 * The processes that libFuzzer starts find the target in FUZZ_TARGET. With FUZZ_STEADY set no
 * thread starts within a target: a pool's jobs are then done by the thread that waits for them, so
 * that a seed leads to the same inputs each time. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static const struct fuzz_target *target;
static bool steady, running;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument);

/* The linker puts it before the library's own. */
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument)
{
    if (steady && running) return EAGAIN;
    return __real_pthread_create(thread, attributes, run, argument);
}

static void list(void)
{
    for (size_t i = 0; i < fuzz_targets_size; i++) {
        if (!fuzz_targets[i].must_fail) puts(fuzz_targets[i].name);
    }
}

static int write_seeds(const char *name, const char *folder)
{
    const struct fuzz_target *of = fuzz_target_find(name);
    for (size_t i = 0; of != NULL && of->seeds != NULL && of->seeds[i] != NULL; i++) {
        char path[4096];
        snprintf(path, sizeof(path), "%s/table_%zu", folder, i);
        FILE *file = fopen(path, "we");
        if (file == NULL || fputs(of->seeds[i], file) < 0 || fclose(file) != 0) return 1;
    }
    return of == NULL;
}

/* Takes the words of this program out of the arguments of libFuzzer. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    char **words = *argv;
    const char *name = getenv("FUZZ_TARGET");
    if (*argc == 2 && strcmp(words[1], "list") == 0) {
        list();
        exit(0);
    }
    if (*argc == 4 && strcmp(words[1], "seeds") == 0) exit(write_seeds(words[2], words[3]));
    if (name == NULL && *argc > 1) {
        name = words[1];
        setenv("FUZZ_TARGET", name, 1);
        words[1] = words[0];
        *argv = words + 1;
        --*argc;
    }
    steady = getenv("FUZZ_STEADY") != NULL;
    target = name != NULL ? fuzz_target_find(name) : NULL;
    if (target != NULL) return 0;
    fprintf(stderr, "fuzz: no such target; \"fuzz list\" names them\n");
    exit(2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    running = true;
    target->run(data, size);
    running = false;
    return 0;
}

/* What it is told waits whole in a file without a name (memfd_create), so that nobody has to feed
 * the child while reading what it says, and a child that dies early cannot raise SIGPIPE here. The
 * child has a process group of its own: what interrupts the program at a terminal does not reach
 * it, and it is killed with all that it may have started. */
#include "chart/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/time_text.h"
#include "base/utf8.h"

#define OPERATION "draw chart"
#define POLL_MS   50   /* how soon cancelling is noticed */
#define SAID_MAX  4096 /* of standard error */
#define READ_MAX  ((size_t)64 << 10)

struct child {
    pid_t pid;             /* 0: none */
    int input;             /* -1: closed, and so below */
    int out[2], err[2];    /* read end, write end */
    struct quire_buf said; /* on standard error */
};

static void close_one(int *fd)
{
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

static void child_release(struct child *child)
{
    if (child->pid > 0) {
        kill(-child->pid, SIGKILL);
        while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR) {}
    }
    close_one(&child->input);
    for (int i = 0; i < 2; i++) {
        close_one(&child->out[i]);
        close_one(&child->err[i]);
    }
    quire_buf_release(&child->said);
}

/* Descriptors 0 to 2 are those that the child gets; ours lie above, also in a process that has
 * closed its own. */
static int above_standard(int *fd, struct quire_error *error)
{
    if (*fd > 2) return 0;
    int moved = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
    if (moved < 0) return quire_fail_errno(error, errno, OPERATION, "no descriptor");
    close(*fd);
    *fd = moved;
    return 0;
}

static int write_input(int fd, const struct quire_buf *input, struct quire_error *error)
{
    for (size_t done = 0; done < input->size;) {
        ssize_t got = write(fd, input->data + done, input->size - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0)
            return quire_fail_errno(error, errno, OPERATION, "cannot keep what it is told");
        done += (size_t)got;
    }
    if (lseek(fd, 0, SEEK_SET) < 0)
        return quire_fail_errno(error, errno, OPERATION, "cannot keep what it is told");
    return 0;
}

static int child_prepare(struct child *child, const struct quire_buf *input,
                         struct quire_error *error)
{
    child->input = memfd_create("quire-chart", MFD_CLOEXEC);
    if (child->input < 0)
        return quire_fail_errno(error, errno, OPERATION, "cannot keep what it is told");
    QUIRE_TRY(above_standard(&child->input, error));
    QUIRE_TRY(write_input(child->input, input, error));
    if (pipe2(child->out, O_CLOEXEC) != 0 || pipe2(child->err, O_CLOEXEC) != 0)
        return quire_fail_errno(error, errno, OPERATION, "no pipe");
    for (int i = 0; i < 2; i++) {
        QUIRE_TRY(above_standard(&child->out[i], error));
        QUIRE_TRY(above_standard(&child->err[i], error));
    }
    return 0;
}

/* An errno value. */
static int spawn(struct child *child, const struct quire_child_call *call,
                 const posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes)
{
    char locale[] = "LC_ALL=C.UTF-8", path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
    char *const environment[] = {locale, path, NULL};
    sigset_t none, every;
    sigemptyset(&none);
    sigfillset(&every);
    sigdelset(&every, SIGKILL);
    sigdelset(&every, SIGSTOP);
    posix_spawnattr_setpgroup(attributes, 0);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &every);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                             POSIX_SPAWN_SETSIGDEF);
    pid_t pid;
    int failed = posix_spawnp(&pid, call->program, actions, attributes, call->argv, environment);
    if (failed == 0) child->pid = pid;
    return failed;
}

static int spawn_with(struct child *child, const struct quire_child_call *call)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed != 0) return failed;
    failed = posix_spawnattr_init(&attributes);
    if (failed == 0) {
        failed = posix_spawn_file_actions_adddup2(&actions, child->input, 0);
        if (failed == 0) failed = posix_spawn_file_actions_adddup2(&actions, child->out[1], 1);
        if (failed == 0) failed = posix_spawn_file_actions_adddup2(&actions, child->err[1], 2);
        if (failed == 0) failed = spawn(child, call, &actions, &attributes);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

static int child_start(struct child *child, const struct quire_child_call *call,
                       struct quire_error *error)
{
    int failed = spawn_with(child, call);
    if (failed == ENOENT || failed == EACCES || failed == ENOEXEC || failed == ENOTDIR) {
        quire_fail(error, QUIRE_UNSUPPORTED, OPERATION, "the program %.200s cannot be run: %s",
                   call->program, failed == ENOENT ? "there is none" : "it is no program");
        if (call->hint != NULL) quire_error_hint(error, "%s", call->hint);
        return QUIRE_UNSUPPORTED;
    }
    if (failed != 0)
        return quire_fail_errno(error, failed, OPERATION, "cannot start %.200s", call->program);
    close_one(&child->out[1]);
    close_one(&child->err[1]);
    close_one(&child->input);
    return 0;
}

/* --- What it says ---------------------------------------------------------------------------- */

/* Takes what there is; at the end, closes. keep_max: of more, the last is kept. */
static int take(int *fd, const struct quire_child_call *call, struct quire_buf *into,
                size_t keep_max, struct quire_error *error)
{
    QUIRE_TRY(quire_buf_reserve(into, READ_MAX) != 0 ? quire_fail_memory(error, OPERATION) : 0);
    ssize_t got = read(*fd, quire_buf_end(into), READ_MAX);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return 0;
    if (got < 0)
        return quire_fail_errno(error, errno, OPERATION, "cannot read from %s", call->argv[0]);
    if (got == 0) close_one(fd);
    into->size += (size_t)got;
    if (into->size > keep_max) {
        memmove(into->data, into->data + (into->size - keep_max), keep_max);
        into->size = keep_max;
    }
    return 0;
}

/* Asked now and then: may it go on? */
static int check_time(const struct quire_child_call *call, int64_t end_ns,
                      struct quire_error *error)
{
    if (call->context != NULL) QUIRE_TRY(quire_context_check(call->context, error));
    if (quire_time_monotonic_ns() < end_ns) return 0;
    return quire_fail(error, QUIRE_LIMIT, OPERATION, "%s was not done within %lld ms",
                      call->argv[0], (long long)call->timeout_ms);
}

static int listen_to(struct child *child, const struct quire_child_call *call, int64_t end_ns,
                     struct quire_buf *output, struct quire_error *error)
{
    while (child->out[0] >= 0 || child->err[0] >= 0) {
        struct pollfd fds[] = {{.fd = child->out[0], .events = POLLIN},
                               {.fd = child->err[0], .events = POLLIN}};
        if (poll(fds, 2, POLL_MS) < 0 && errno != EINTR)
            return quire_fail_errno(error, errno, OPERATION, "cannot wait for %s", call->argv[0]);
        QUIRE_TRY(check_time(call, end_ns, error));
        if (fds[0].fd >= 0 && fds[0].revents != 0)
            QUIRE_TRY(take(&child->out[0], call, output, QUIRE_CHILD_OUTPUT_MAX + 1, error));
        if (fds[1].fd >= 0 && fds[1].revents != 0)
            QUIRE_TRY(take(&child->err[0], call, &child->said, SAID_MAX, error));
        if (output->size > QUIRE_CHILD_OUTPUT_MAX)
            return quire_fail(error, QUIRE_LIMIT, OPERATION, "what %s made is larger than %zu MiB",
                              call->argv[0], QUIRE_CHILD_OUTPUT_MAX >> 20);
    }
    return 0;
}

/* Waits for the end of a child that has said all, which is not to live on in silence. *status is
 * 0 when nobody can tell it (SIGCHLD is ignored): then what it said must do. */
static int child_wait(struct child *child, const struct quire_child_call *call, int64_t end_ns,
                      int *status, struct quire_error *error)
{
    *status = 0;
    for (int pause_ms = 1;; pause_ms = pause_ms < POLL_MS ? pause_ms * 2 : POLL_MS) {
        pid_t got = waitpid(child->pid, status, WNOHANG);
        if (got > 0 || (got < 0 && errno != EINTR)) break;
        QUIRE_TRY(check_time(call, end_ns, error));
        poll(NULL, 0, pause_ms);
    }
    child->pid = 0;
    return 0;
}

/* The last of what it said, as one line: that is where programs name the fault. */
static int fail_as_said(struct child *child, const struct quire_child_call *call, int status,
                        struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf line = {0};
    size_t from = child->said.size > 300 ? child->said.size - 300 : 0;
    if (child->said.size > 0 &&
        quire_utf8_repair(&line, child->said.data + from, child->said.size - from) != 0)
        return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < line.size; i++) {
        if (line.data[i] < 0x20 || line.data[i] == 0x7f) line.data[i] = ' ';
    }
    while (line.size > 0 && line.data[line.size - 1] == ' ')
        line.size--;
    const char *said = line.size > 0 ? (const char *)line.data : "";
    if (WIFSIGNALED(status))
        return quire_fail(error, QUIRE_IO, OPERATION, "%s was ended by signal %d: %.*s",
                          call->argv[0], WTERMSIG(status), (int)line.size, said);
    return quire_fail(error, QUIRE_IO, OPERATION, "%s failed (status %d): %.*s", call->argv[0],
                      WEXITSTATUS(status), (int)line.size, said);
}

int quire_child_run(const struct quire_child_call *call, struct quire_buf *output,
                    struct quire_error *error)
{
    QUIRE_CLEANUP(child_release)
    struct child child = {.input = -1, .out = {-1, -1}, .err = {-1, -1}};
    QUIRE_TRY(child_prepare(&child, call->input, error));
    QUIRE_TRY(child_start(&child, call, error));
    int64_t end_ns = quire_time_monotonic_ns() + call->timeout_ms * 1000000;
    int status;
    QUIRE_TRY(listen_to(&child, call, end_ns, output, error));
    QUIRE_TRY(child_wait(&child, call, end_ns, &status, error));
    return status != 0 ? fail_as_said(&child, call, status, error) : 0;
}

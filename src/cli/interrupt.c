/* The handler only sets a flag, and lets a read of standard input that waits come
 * back: it puts /dev/null in its place, so that neither a read that is interrupted
 * nor one that is about to begin can wait for a sender that says nothing. Nothing
 * is committed after the flag is up (quire_cli_input_done asks). Workers may get
 * the signal too; they hand it to the thread that reads. */
#include "interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

static atomic_bool interrupted;
static pthread_t main_thread;

static void on_signal(int number)
{
    int saved = errno;
    if (!pthread_equal(pthread_self(), main_thread)) {
        pthread_kill(main_thread, number);
    } else if (atomic_exchange(&interrupted, true)) {
        signal(number, SIG_DFL);
        raise(number);
    } else {
        int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (nothing >= 0) {
            dup2(nothing, STDIN_FILENO);
            close(nothing);
        }
    }
    errno = saved;
}

/* A signal that the parent ignores (nohup, a job in the background) stays ignored. */
static void catch_unless_ignored(int number)
{
    struct sigaction before, action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    if (sigaction(number, NULL, &before) == 0 && before.sa_handler == SIG_IGN) return;
    sigaction(number, &action, NULL);
}

void quire_cli_interrupt_catch(void)
{
    atomic_store(&interrupted, false);
    main_thread = pthread_self();
    catch_unless_ignored(SIGINT);
    catch_unless_ignored(SIGTERM);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, NULL);
}

bool quire_cli_interrupted(void *user)
{
    (void)user;
    return atomic_load_explicit(&interrupted, memory_order_relaxed);
}

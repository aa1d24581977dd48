/* What this process takes of the machine's memory, as Linux tells it (proc(5)). */
#include "runlog/memory_usage.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/number.h"
#include "quire/runlog_write.h"

#define OPERATION "memory usage"
#define FILE_MAX  4096
#define MB        (1024.0 * 1024.0)

static int read_file(const char *path, char text[FILE_MAX], struct quire_error *error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = file >= 0 ? read(file, text, FILE_MAX - 1) : -1;
    if (file >= 0) close(file);
    if (got <= 0) return quire_fail(error, QUIRE_IO, OPERATION, "%s cannot be read", path);
    text[got] = '\0';
    return 0;
}

/* The number behind a name at the beginning of a line, in bytes; -1 where there is none. */
static int64_t find_kilobytes(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    int64_t value;
    if (at == NULL) return -1;
    at += strlen(name);
    at += strspn(at, " \t");
    if (!quire_number_parse_i64(at, strspn(at, "0123456789"), &value, NULL)) return -1;
    return value * 1024;
}

/* The limit of a control group (version 2) less what is used of it; -1 where there is none. */
static int64_t group_left(void)
{
    char text[FILE_MAX];
    int64_t most, used;
    if (read_file("/sys/fs/cgroup/memory.max", text, NULL) != 0) return -1;
    if (!quire_number_parse_i64(text, strspn(text, "0123456789"), &most, NULL)) return -1;
    if (read_file("/sys/fs/cgroup/memory.current", text, NULL) != 0) return -1;
    if (!quire_number_parse_i64(text, strspn(text, "0123456789"), &used, NULL)) return -1;
    return most > used ? most - used : 0;
}

int quire_runlog_memory_usage(struct quire_runlog_memory *memory, struct quire_error *error)
{
    char text[FILE_MAX];
    QUIRE_TRY(read_file("/proc/self/status", text, error));
    int64_t rss = find_kilobytes(text, "VmRSS:"), vms = find_kilobytes(text, "VmSize:");
    QUIRE_TRY(read_file("/proc/meminfo", text, error));
    int64_t total = find_kilobytes(text, "MemTotal:");
    int64_t available = find_kilobytes(text, "MemAvailable:"), left = group_left();
    if (rss < 0 || vms < 0 || total <= 0 || available < 0)
        return quire_fail(error, QUIRE_IO, OPERATION, "the system does not say");
    if (left >= 0 && left < available) available = left;
    *memory = (struct quire_runlog_memory){
        .rss_mb = (double)rss / MB,
        .vms_mb = (double)vms / MB,
        .percent = 100.0 * (double)rss / (double)total,
        .available_mb = (double)available / MB,
    };
    return 0;
}

double quire_runlog_memory_peak(void)
{
    char text[FILE_MAX];
    if (read_file("/proc/self/status", text, NULL) != 0) return 0;
    int64_t peak = find_kilobytes(text, "VmHWM:");
    return peak > 0 ? (double)peak / MB : 0;
}

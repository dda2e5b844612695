/* Ends the process, or fails as a full disk does, at the n-th call that changes a file in one folder.

   Built and preloaded by faults.py; without `faults_arm` it changes nothing. Calls counted: write, pwrite, fsync,
   rename, link, unlink. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { KILL = 1, TORN = 2, FULL = 3 };

static long left = 0;
static int mode = 0;
static char folder[PATH_MAX];

void faults_arm(long calls, int how, const char *where) {
    left = calls;
    mode = how;
    strncpy(folder, where, PATH_MAX - 1);
}

static int inside(const char *path) { return mode && strstr(path, folder) == path; }

static int inside_fd(int fd) {
    char link[64], path[PATH_MAX];
    if (!mode) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    return inside(path);
}

/* Whether this is the call; a full disk stays full. */
static int now(void) { return mode == FULL ? --left <= 0 : --left == 0; }

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define WRITES(name, offset)                                                              \
    ssize_t name(int fd, const void *data, size_t size, off64_t at) {                     \
        ssize_t (*real)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, #name);    \
        if (inside_fd(fd) && now()) {                                                     \
            if (mode == FULL) { errno = ENOSPC; return -1; }                              \
            if (mode == TORN) real(fd, data, size / 2, at);                               \
            kill(getpid(), SIGKILL);                                                      \
        }                                                                                 \
        return real(fd, data, size, at);                                                  \
    }

WRITES(pwrite64, at)
WRITES(pwrite, at)

ssize_t write(int fd, const void *data, size_t size) {
    REAL(write);
    if (inside_fd(fd) && now()) {
        if (mode == FULL) { errno = ENOSPC; return -1; }
        if (mode == TORN) real(fd, data, size / 2);
        kill(getpid(), SIGKILL);
    }
    return real(fd, data, size);
}

int fsync(int fd) {
    REAL(fsync);
    if (mode != FULL && inside_fd(fd) && now()) kill(getpid(), SIGKILL);
    return real(fd);
}

int rename(const char *from, const char *to) {
    REAL(rename);
    if (mode != FULL && inside(to) && now()) kill(getpid(), SIGKILL);
    return real(from, to);
}

int link(const char *from, const char *to) {
    REAL(link);
    if (mode != FULL && inside(to) && now()) kill(getpid(), SIGKILL);
    return real(from, to);
}

int unlink(const char *path) {
    REAL(unlink);
    if (mode != FULL && inside(path) && now()) kill(getpid(), SIGKILL);
    return real(path);
}

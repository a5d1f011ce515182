/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/unlock/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <termios.h>

#include "base/util.h"

enum {
    MAX_LINE = 512, /* as cryptsetup has it */
    MAX_FILE = 64 * 1024,
    INTERRUPT = 3, /* Ctrl-C */
};

/* Byte by byte: what follows the line is for the next question. */
static int read_line(int fd, struct secret *ret)
{
    char sign;
    ssize_t n;

    secret_allocate(ret, MAX_LINE);
    while ((n = read(fd, &sign, 1)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (sign == '\n' || sign == INTERRUPT)
            break;
        if (ret->size == ret->room)
            return -EFBIG;
        secret_append(ret, &sign, 1);
    }
    if (n > 0 && sign == INTERRUPT)
        return -ECANCELED;
    return ret->size > 0 ? 0 : -ECANCELED;
}

/* Ctrl-C is read rather than obeyed, so that the terminal never stays without echo. */
static int read_hidden(int fd, const struct termios *before, struct secret *ret)
{
    struct termios hidden = *before;
    int r;

    hidden.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
    hidden.c_cc[VEOL] = INTERRUPT;
    if (tcsetattr(fd, TCSAFLUSH, &hidden) < 0)
        return -errno;
    r = read_line(fd, ret);
    (void)tcsetattr(fd, TCSAFLUSH, before);
    return r;
}

int passphrase_ask(const char *prompt, struct secret *ret)
{
    struct termios before;
    int r;

    if (tcgetattr(STDIN_FILENO, &before) < 0)
        return read_line(STDIN_FILENO, ret);
    fputs(prompt, stderr);
    r = read_hidden(STDIN_FILENO, &before, ret);
    fputc('\n', stderr);
    return r;
}

int passphrase_read(const char *path, struct secret *ret)
{
    AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = 1;

    if (fd < 0)
        return -errno;
    secret_allocate(ret, MAX_FILE + 1);
    while (n > 0 && ret->size < ret->room) {
        n = read(fd, ret->data + ret->size, ret->room - ret->size);
        if (n > 0)
            ret->size += (size_t)n;
    }
    if (n < 0)
        return -errno;
    return ret->size > MAX_FILE ? -EFBIG : ret->size > 0 ? 0 : -ENODATA;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pid1-made.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "test.h"

static void serve(int listener, void (*add)(sd_bus *bus))
{
    sd_id128_t id = {0};
    sd_bus *bus;
    int fd = accept(listener, NULL, NULL);

    if (fd < 0 || sd_bus_new(&bus) < 0 || sd_bus_set_fd(bus, fd, fd) < 0 ||
        sd_bus_set_server(bus, 1, id) < 0 || sd_bus_set_anonymous(bus, 1) < 0 ||
        sd_bus_set_trusted(bus, 1) < 0)
        _exit(1);
    add(bus);
    if (sd_bus_start(bus) < 0)
        _exit(1);
    for (;;) {
        int r = sd_bus_process(bus, NULL);

        if (r < 0 || (r == 0 && sd_bus_wait(bus, UINT64_MAX) < 0))
            _exit(0);
    }
}

pid_t pid1_begin(const struct tree *tree, void (*add)(sd_bus *bus), char address[128])
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    AUTOCLOSE int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    pid_t pid;

    snprintf(name.sun_path, sizeof(name.sun_path), "%s/private", tree->path);
    snprintf(address, 128, "unix:path=%s", name.sun_path);
    (void)unlink(name.sun_path);
    assert_int_equal(bind(listener, (struct sockaddr *)&name, sizeof(name)), 0);
    assert_int_equal(listen(listener, 1), 0);
    pid = fork();
    if (pid == 0)
        serve(listener, add);
    return pid;
}

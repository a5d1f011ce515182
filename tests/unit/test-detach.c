/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/detach.h"

#include <syslog.h>

#include "base/paths.h"
#include "reboot/notes.h"
#include "test.h"
#include "tree.h"
#include "verbs/verb.h"

extern const struct verb verb_detach;

static char told[4096];

static void tell(int priority, const char *text)
{
    if (priority <= LOG_WARNING)
        strcat(strcat(told, text), "\n");
}

/* A module, and those that use it, each after a blank. */
static void make_module(const struct tree *tree, const char *name, const char *holders)
{
    AUTOFREE char *state = format("sys/module/%s/initstate", name), *list = strdup(holders);
    char *rest = NULL;

    tree_write(tree, state, "live\n");
    for (char *holder = strtok_r(list, " ", &rest); holder; holder = strtok_r(NULL, " ", &rest)) {
        AUTOFREE char *link = format("sys/module/%s/holders/%s", name, holder);
        AUTOFREE char *target = format("../../%s", holder);

        tree_link(tree, link, target);
    }
}

struct kernel {
    const struct tree *tree;
    const char *refuses;
    char gone[256]; /* in this order */
};

static int unload(void *data, const char *module)
{
    struct kernel *kernel = data;
    AUTOFREE char *state = format("sys/module/%s/initstate", module);

    if (kernel->refuses && streq(kernel->refuses, module))
        return -EAGAIN;
    tree_remove(kernel->tree, state);
    strcat(strcat(kernel->gone, module), " ");
    return 0;
}

static void expect(const struct tree *tree, const char *globs, const char *keep,
                   const char *refuses, const char *gone)
{
    struct kernel kernel = {.tree = tree, .refuses = refuses};

    *told = 0;
    detach_order(tree->root, globs, keep, unload, &kernel, tell);
    assert_string_equal(kernel.gone, gone);
}

static void make_modules(const struct tree *tree)
{
    make_module(tree, "mlx5_core", "mlx5_ib");
    make_module(tree, "mlx5_ib", "");
    make_module(tree, "ib_core", "mlx5_ib ib_uverbs");
    make_module(tree, "ib_uverbs", "mlx5_ib");
    tree_write(tree, "sys/module/mlx5_built_in/parameters/x", "0\n");
}

static void who_uses_a_module_goes_first(void **state)
{
    make_modules(*state);
    expect(*state, "mlx5-core not_loaded", NULL, NULL, "mlx5_ib mlx5_core ");
    assert_string_equal(told, "");
}

static void each_module_goes_once(void **state)
{
    make_modules(*state);
    expect(*state, "ib_core mlx5_*", NULL, NULL, "mlx5_ib ib_uverbs ib_core mlx5_core ");
    assert_string_equal(told, "");
}

static void one_in_use_stays_with_what_it_uses(void **state)
{
    make_modules(*state);
    expect(*state, "ib_core mlx5_core", NULL, "mlx5_ib", "");
    assert_non_null(strstr(told, "module mlx5_ib stays: it is in use\n"));
    assert_non_null(strstr(told, "module mlx5_core stays, as mlx5_ib does\n"));
}

static void the_root_file_systems_stay(void **state)
{
    make_modules(*state);
    expect(*state, "ib_core", "nvme\nib_uverbs", NULL, "");
    assert_non_null(strstr(told, "module ib_uverbs stays: the root file system needs it\n"));
}

static void a_ring_ends(void **state)
{
    make_module(*state, "a", "b");
    make_module(*state, "b", "a");
    expect(*state, "a", NULL, NULL, "");
}

static void devices_are_unbound(void **state)
{
    const struct tree *tree = *state;
    AUTOFREE char *written = NULL;

    *told = 0;
    tree_write(tree, "sys/bus/pci/drivers/foo/unbind", "");
    detach_devices(tree->root, "pci/drivers/foo/0000:03:00.0\npci/drivers/gone/0000:04:00.0", tell);
    written = tree_read(tree, "sys/bus/pci/drivers/foo/unbind");
    assert_string_equal(written, "0000:03:00.0");
    assert_string_equal(told, "0000:04:00.0 stays attached to pci/drivers/gone: "
                              "No such file or directory\n");
}

/* A plan may be damaged, or not be fastreboot's: only drivers of buses are accepted. */
static void a_plan_leads_nowhere_else(void **state)
{
    static const char *const WRONG[] = {
        "pci/drivers/../../../etc/0000:03:00.0",
        "../../etc/0000:03:00.0",
        "pci/drivers/../x",
        "pci/drivers/0000:03:00.0",
        "pci/devices/foo/0000:03:00.0",
        "../drivers/foo/x",
        "pci/drivers/foo/bar/0000:03:00.0",
        "pci/drivers/foo/..",
        "pci/drivers/./0000:03:00.0",
        "pci/drivers/foo/",
        "/drivers/foo/x",
        "unbind",
        "/etc/x",
    };
    static const char *const PLACES[] = {
        "etc/unbind",
        "sys/bus/unbind",
        "sys/bus/pci/unbind",
        "sys/bus/pci/drivers/unbind",
        "sys/bus/pci/devices/foo/unbind",
        "sys/bus/pci/drivers/foo/unbind",
        "sys/bus/pci/drivers/foo/bar/unbind",
        "sys/bus/drivers/foo/unbind",
        "sys/drivers/foo/unbind",
    };
    const struct tree *tree = *state;

    for (size_t i = 0; i < ELEMENTS(PLACES); i++)
        tree_write(tree, PLACES[i], "");
    for (size_t i = 0; i < ELEMENTS(WRONG); i++) {
        *told = 0;
        detach_devices(tree->root, WRONG[i], tell);
        assert_non_null(strstr(told, "is not the device of a driver"));
    }
    for (size_t i = 0; i < ELEMENTS(PLACES); i++) {
        AUTOFREE char *written = tree_read(tree, PLACES[i]);

        assert_string_equal(written, "");
    }
}

static int detach(const struct tree *tree)
{
    return verb_detach.run(&(struct call){.root = tree->root});
}

static void the_plan_is_written_and_read(void **state)
{
    const struct tree *tree = *state;
    const struct quirk_facts quirk = {.unbind = (char *)"pci/drivers/foo/0000:03:00.0",
                                      .unload = (char *)"no_such_module_anywhere",
                                      .keep = (char *)"nvme"};
    AUTOFREE char *written = NULL, *plan = NULL;

    tree_write(tree, "sys/bus/pci/drivers/foo/unbind", "");
    tree_mkdir(tree, "sys/module");
    tree_mkdir(tree, "run");
    assert_int_equal(detach(tree), EXIT_FINE);
    assert_int_equal(notes_write_detach(tree->root, &quirk), 0);
    plan = tree_read(tree, RUN_MODULES);
    assert_non_null(strstr(plan, "\"keep\":\"nvme\""));
    assert_int_equal(detach(tree), EXIT_FINE);
    written = tree_read(tree, "sys/bus/pci/drivers/foo/unbind");
    assert_string_equal(written, "0000:03:00.0");
    assert_int_equal(notes_write_detach(tree->root, &(struct quirk_facts){0}), 0);
    assert_null(tree_read(tree, RUN_MODULES));
    assert_int_equal(detach(tree), EXIT_FINE);
}

/* What is on md when the reboot comes to its end is not detached. */
static void disks_are_detached_unless_they_are_used(void **state)
{
    static const struct quirk_facts PLAN = {
        .together = (char *)"pci/drivers/nvme/0000:03:00.0\npci/drivers/other/0000:04:00.0"};
    const struct tree *tree = *state;
    AUTOFREE char *nvme = NULL, *other = NULL;

    tree_mkdir(tree, "run");
    tree_mkdir(tree, "sys/devices/pci0/0000:03:00.0/nvme/nvme3/nvme3n1");
    tree_mkdir(tree, "sys/devices/pci0/0000:04:00.0/nvme/nvme4/nvme4n1/holders/md0");
    tree_link(tree, "sys/bus/pci/drivers/nvme/0000:03:00.0", "/sys/devices/pci0/0000:03:00.0");
    tree_link(tree, "sys/bus/pci/drivers/other/0000:04:00.0", "/sys/devices/pci0/0000:04:00.0");
    tree_link(tree, "sys/class/block/nvme3n1", "/sys/devices/pci0/0000:03:00.0/nvme/nvme3/nvme3n1");
    tree_link(tree, "sys/class/block/nvme4n1", "/sys/devices/pci0/0000:04:00.0/nvme/nvme4/nvme4n1");
    tree_write(tree, "dev/nvme3n1", "");
    tree_write(tree, "dev/nvme4n1", "");
    tree_write(tree, "sys/bus/pci/drivers/nvme/unbind", "");
    tree_write(tree, "sys/bus/pci/drivers/other/unbind", "");
    assert_int_equal(notes_write_detach(tree->root, &PLAN), 0);
    assert_int_equal(detach(tree), EXIT_FINE);
    nvme = tree_read(tree, "sys/bus/pci/drivers/nvme/unbind");
    other = tree_read(tree, "sys/bus/pci/drivers/other/unbind");
    assert_string_equal(nvme, "0000:03:00.0");
    assert_string_equal(other, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_uses_a_module_goes_first),
        TEST(each_module_goes_once),
        TEST(one_in_use_stays_with_what_it_uses),
        TEST(the_root_file_systems_stay),
        TEST(a_ring_ends),
        TEST(devices_are_unbound),
        TEST(a_plan_leads_nowhere_else),
        TEST(the_plan_is_written_and_read),
        TEST(disks_are_detached_unless_they_are_used),
    };

    return RUN_TESTS(tests);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/system/boot-order.h"

#include <errno.h>

#include "base/root.h"
#include "base/util.h"
#include "discover/system/boot-option.h"
#include "discover/system/started.h"

/* BootOrder, and the place in it of the entry that started this machine. */
struct order {
    uint16_t *numbers;
    size_t n;
    uint16_t current;
    size_t place; /* n when it is not there */
};

static void order_clear(struct order *order)
{
    free(order->numbers);
}

/* Where a number is in the order at the boot, "0003,0001"; or NULL. */
static const char *stood_at(const char *order, uint16_t number)
{
    char text[8];

    snprintf(text, sizeof(text), "%04X", number);
    return strstr(order, text);
}

static bool stood_before(const char *order, uint16_t number, uint16_t behind)
{
    const char *a = stood_at(order, number), *b = stood_at(order, behind);

    return a && (!b || a < b);
}

/* Whether the entry's partition is there; its file, where that is mounted, is not looked for. */
static bool is_on_this_machine(int root, const struct boot_option *option)
{
    AUTOFREE char *link = NULL;

    if (!option->partition || !option->file)
        return false;
    link = format("/dev/disk/by-partuuid/%s", option->partition);
    return root_exists(root, link) > 0;
}

/* Whether the firmware would start an entry that stands before the current one: it did not at the
 * last boot, so that an entry that stood there must have been passed over on purpose. */
static bool comes_first(int root, const struct firmware_boot *boot, const struct order *order,
                        uint16_t number, char **ret_title)
{
    CLEANUP(boot_option_clear) struct boot_option option = {0};
    bool remembered = boot->remembered && boot->boot_order;
    int r = boot_option_read(root, number, &option);

    *ret_title = xstrdup(option.title ? option.title : "");
    if (r > 0 && !option.started)
        return false;
    if (remembered && !stood_before(boot->boot_order, number, order->current))
        return true;
    return r > 0 ? is_on_this_machine(root, &option) : !remembered;
}

static struct answer judge(int root, const struct firmware_boot *boot, const struct order *order)
{
    CLEANUP(boot_option_clear) struct boot_option option = {0};
    bool stood = boot->remembered && boot->boot_order && stood_at(boot->boot_order, order->current);

    for (size_t i = 0; i < order->place; i++) {
        AUTOFREE char *title = NULL;

        if (order->place < order->n && comes_first(root, boot, order, order->numbers[i], &title))
            return answer_yes(format("the firmware would start Boot%04X \"%s\", which is before "
                                     "Boot%04X in BootOrder, and that started this machine",
                                     order->numbers[i], title, order->current));
    }
    if (order->place == order->n && (stood || boot_option_read(root, order->current, &option) == 0))
        return answer_yes(
            format("boot entry Boot%04X, which started this machine, was removed", order->current));
    return (struct answer){0};
}

struct answer boot_order_changed(int root)
{
    CLEANUP(order_clear) struct order order = {0};
    CLEANUP(firmware_boot_clear) struct firmware_boot boot = {0};
    int r = boot_current_read(root, &order.current);

    if (r > 0)
        r = boot_order_read(root, &order.numbers, &order.n);
    if (r < 0)
        return answer_unknown(-r, format("BootCurrent or BootOrder: %s", strerror(-r)));
    if (r == 0)
        return (struct answer){0};
    while (order.place < order.n && order.numbers[order.place] != order.current)
        order.place++;
    firmware_boot_read(root, &boot);
    return judge(root, &boot, &order);
}

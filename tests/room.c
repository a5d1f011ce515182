/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Linked with one room and those below it, see meson.build: it need not do anything. */
int main(void)
{
    return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Advice that depends on the machine. */

#include <errno.h>

#include "base/json.h"
#include "base/util.h"
#include "decide/advice.h"

/* A request with a cause is the health check's. */
char *advise_asked(const struct facts *facts)
{
    return facts->units.armed.text
               ? xstrdup("reboot: the firmware resets the hardware, which may bring it back; if it "
                         "is still missing then, look for a cable or a broken device")
               : NULL;
}

/* Where the reader of the configuration knows what to do. */
char *advise_entry(const struct facts *facts)
{
    return xstrdup(facts->boot_entries.advice);
}

char *advise_failures(const struct facts *facts)
{
    return facts->failure.error == EBADMSG || facts->failure.error == ENEWER
               ? xstrdup("which kernels failed is no longer known: see `fastreboot history`; if "
                         "none has failed, `fastreboot retry`, which removes that file and does "
                         "not reboot")
               : NULL;
}

/* Never to edit a file of a package: the next upgrade would bring it back. */
char *advise_quirk(const struct facts *facts)
{
    const char *file = facts->quirk.file;
    AUTOFREE char *mask = NULL;

    if (!file)
        return NULL;
    mask = after_prefix(file, "/etc/")
               ? format("remove it from %s", file)
               : format("leave out its whole file with `mkdir -p /etc/fastreboot/quirks.d && ln -s "
                        "/dev/null /etc/fastreboot/quirks.d/%s`",
                        basename(file));
    return format("if this machine is known to work: ignore this quirk with `quirk-ignore = %s` in "
                  "/" CONFIG_FILE ", or %s",
                  facts->quirk.name, mask);
}

/* A file below /usr/lib belongs to a package; one below /etc takes its place. */
static char *advise_file(const char *error, bool untrusted)
{
    const char *vendor = error ? after_prefix(error, "/usr/lib/") : NULL;

    if (untrusted)
        return xstrdup(OWN);
    if (!vendor)
        return NULL;
    return format("put a correct file in its place: /etc/%.*s", (int)strcspn(vendor, ": "), vendor);
}

char *advise_config(const struct facts *facts)
{
    return advise_file(facts->config.error, facts->config.untrusted);
}

char *advise_quirks_file(const struct facts *facts)
{
    return advise_file(facts->quirk.invalid.text, facts->quirk.untrusted);
}

char *advise_store(const struct facts *facts)
{
    return xstrdup(facts->store.advice);
}

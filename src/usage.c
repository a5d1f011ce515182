/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "usage.h"

#include "base/text.h"
#include "verbs/verb.h"

int usage_error(const char *pattern, ...)
{
    AUTOFREE char *text = NULL, *safe = NULL;
    va_list arguments;

    va_start(arguments, pattern);
    text = vformat(pattern, arguments);
    va_end(arguments);
    safe = text_printable(text);
    fprintf(stderr, "fastreboot: %s\nTry 'fastreboot --help'.\n", safe);
    return EXIT_USAGE;
}

int usage_unknown(const char *what, const char *quote, const struct nearest *nearest,
                  const char *choices)
{
    if (nearest->name)
        return usage_error("unknown %s %s%s%s; did you mean %s%s%s?", what, quote, nearest->word,
                           quote, quote, nearest->name, quote);
    return usage_error("unknown %s %s%s%s%s%s", what, quote, nearest->word, quote,
                       choices ? "; there is " : "", choices ? choices : "");
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act/kexec.h"

#include "test.h"

/* The calls themselves are for the virtual machines. */

static void errors_have_words(void **state)
{
    (void)state;
    for (int error = 1; error < 134; error++) {
        AUTOFREE char *text = strdup(kexec_error(-error, NULL));

        assert_true(*text);
        assert_string_equal(text, kexec_error(error, "none"));
    }
}

static void lockdown_explains_a_refusal(void **state)
{
    (void)state;
    assert_non_null(strstr(kexec_error(-EPERM, "integrity"), "signed kernels only"));
    assert_non_null(strstr(kexec_error(-EPERM, "none"), "kexec_load_disabled"));
    assert_non_null(strstr(kexec_error(-EPERM, NULL), "kexec_load_disabled"));
    assert_non_null(strstr(kexec_error(-EKEYREJECTED, NULL), "signature"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_have_words),
        cmocka_unit_test(lockdown_explains_a_refusal),
    };

    return RUN_TESTS(tests);
}

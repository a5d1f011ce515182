/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/hardware/quirk-list.h"
#include "discover/hardware/quirks.h"

#include <sys/stat.h>

#include "test.h"
#include "tree.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_setup, tree_teardown)
#define LOCAL QUIRKS_LOCAL_DIR "/test.conf"
#define BOARD                                                                                      \
    "dmi:bvnIntelCorporation:bvrS1200SP.86B:bd01/01/2017:svnIntelCorporation:pnS1200SP:pvr1:"      \
    "rvnIntelCorporation:rnS1200SPL:rvrH57532:cvnIntel:ct23:cvr1:\n"

static struct quirk_facts read_facts(const struct tree *tree)
{
    struct quirk_facts facts;

    quirk_facts_read(tree->root, &(struct config){0}, &facts);
    return facts;
}

/* Asserts that the quirks in `text` match, with `words` in the reasons; NULL: that they do not. */
static void expect(const struct tree *tree, const char *text, const char *words)
{
    CLEANUP(quirk_facts_clear) struct quirk_facts facts = {0};

    tree_write(tree, LOCAL, text);
    facts = read_facts(tree);
    assert_answer(&facts.invalid, 0, NULL);
    assert_answer(&facts.firmware, words ? 1 : 0, words);
}

static void expect_error(const struct tree *tree, const char *text, const char *words)
{
    CLEANUP(quirk_facts_clear) struct quirk_facts facts = {0};

    tree_write(tree, LOCAL, text);
    facts = read_facts(tree);
    assert_answer(&facts.firmware, 0, NULL);
    assert_answer(&facts.invalid, 1, words);
}

/* Copies an installed list. */
static void install(const struct tree *tree, const char *name)
{
    AUTOFREE char *list = NULL, *from = format(SOURCE_ROOT "/units/quirks.d/%s", name);
    AUTOFREE char *to = format(QUIRKS_VENDOR_DIR "/%s", name);
    FILE *file = fopen(from, "re");
    size_t size = 0;

    assert_non_null(file);
    assert_true(getdelim(&list, &size, 0, file) > 0);
    assert_int_equal(fclose(file), 0);
    tree_write(tree, to, list);
}

static void expect_firmware(const struct tree *tree, const char *modalias, const char *words)
{
    CLEANUP(quirk_facts_clear) struct quirk_facts facts = {0};

    tree_write(tree, "sys/class/dmi/id/modalias", modalias);
    facts = read_facts(tree);
    assert_answer(&facts.invalid, 0, NULL);
    assert_answer(&facts.applied, 0, NULL);
    assert_answer(&facts.firmware, words ? 1 : 0, words);
}

static void the_lists_know_their_machines(void **state)
{
    const struct tree *tree = *state;

    install(tree, "10-boards.conf");
    install(tree, "20-virtual-machines.conf");
    install(tree, "30-drivers.conf");
    expect_firmware(tree, BOARD, "interrupts");
    expect_firmware(tree, "dmi:bvnIntel:svnIntel:rvnIntel:rnS1200SPX:\n", NULL);
    expect_firmware(
        tree, "dmi:bvnHP:bvrQ50:svnHP:pnHPZ2MiniG4Workstation:pvr:rvnHP:rn8457:rvrKBC:cvnHP:\n",
        "Extended DHCP Timeout");
    expect_firmware(tree, "dmi:bvnHP:bvrQ50:svnHP:pnHPZ2MiniG5Workstation:pvr:rvnHP:rn8457:\n",
                    NULL);
    expect_firmware(
        tree,
        "dmi:bvnAmericanMegatrendsInc.:bvr090008:svnMicrosoftCorporation:pnVirtualMachine:"
        "pvr7.0:rvnMicrosoftCorporation:rnVirtualMachine:rvr7.0:\n",
        "hyperv_fb");
    expect_firmware(tree,
                    "dmi:bvnGoogle:bvrGoogle:svnGoogle:pnGoogleComputeEngine:pvr:rvnGoogle:\n",
                    "Google Compute Engine");
    expect_firmware(tree, "dmi:bvnSeaBIOS:bvr1.16:svnQEMU:pnStandardPC(Q35+ICH9,2009):pvr:\n",
                    NULL);
}

static void the_lists_know_their_devices(void **state)
{
    const struct tree *tree = *state;

    install(tree, "10-boards.conf");
    tree_write(tree, "sys/bus/pci/devices/0000:00:02.0/modalias",
               "pci:v00008086d00004E61sv00008086sd00007270bc03sc00i00\n");
    expect_firmware(tree, "dmi:\n", "the next kernel never starts");
    tree_write(tree, "sys/bus/pci/devices/0000:00:02.0/modalias",
               "pci:v00008086d00003E92sv00008086sd00007270bc03sc00i00\n");
    expect_firmware(tree, "dmi:\n", NULL);
    install(tree, "30-drivers.conf");
    tree_link(tree, "sys/bus/pci/drivers/linux-kernel-bde/0000:07:00.0", "/sys/devices/x");
    {
        CLEANUP(quirk_facts_clear) struct quirk_facts facts = read_facts(tree);

        assert_answer(&facts.firmware, 0, NULL);
        assert_answer(&facts.applied, 1, "unloads before the jump: linux_bcm_knet");
    }
}

static void every_kind_of_match_must_match(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "sys/class/dmi/id/modalias", "dmi:bvnX:svnX:rvnX:rnX1:rvr1:\n");
    tree_write(tree, "sys/bus/pci/devices/0000:00:01.0/modalias", "pci:v000015B3d00001017sv\n");
    tree_mkdir(tree, "sys/bus/pci/devices/0000:00:02.0"); /* without a modalias */
    tree_link(tree, "sys/bus/pci/drivers/mlx5_core/0000:00:01.0", "../../devices/0000:00:01.0");
    tree_link(tree, "sys/bus/pci/drivers/idle/module", "../../../../module/idle");
    expect(tree, "[a]\nMatchDMIModalias=*:rnX1:*\nAction=firmware\n", "a: ");
    expect(tree, "[a]\nMatchModalias=pci:v000015B3d*\nAction=firmware\n", "a: ");
    expect(tree, "[a]\nMatchModalias=usb:* pci:v000015B3*\nAction=firmware\n", "a: ");
    expect(tree, "[a]\nMatchModalias=pci:v000015B4d*\nAction=firmware\n", NULL);
    expect(tree, "[a]\nMatchDriver=mlx4_core mlx5_core\nAction=firmware\nReason=old\n", "a: old");
    expect(tree, "[a]\nMatchDriver=idle\nAction=firmware\n", NULL);
    expect(tree, "[a]\nMatchDriver=mlx5_core\nMatchDMIModalias=nothing\nAction=firmware\n", NULL);
    expect(tree, "[a]\nMatchDriver=no\nAction=firmware\n[b]\nMatchDriver=m*\nAction=firmware\n",
           "b: ");
}

/* Whatever way a glob names the bus, or the kind that another bus has, too. */
static void devices_are_found_on_every_bus(void **state)
{
    static const struct {
        const char *bus, *modalias, *globs;
        bool match;
    } CASES[] = {
        {"acpi", "acpi:HISI00C1:", "acpi:HISI*", true},
        {"acpi", "of:NnvmeT(null)Cvendor,nvme", "of:N*Cvendor,*", true},
        {"cpu", "cpu:type:x86,ven0000fam0006mod0055:feature:,0000,", "cpu:type:x86*", true},
        {"pci", "pci:v000015B3d00001017sv", "x:* pci:v000015B3*", true},
        {"pci", "pci:v000015B3d00001017sv", "x:*\tpci:v000015B3*", true},
        {"pci", "pci:v000015B3d00001017sv", "*v000015B3*", true},
        {"pci", "pci:v000015B3d00001017sv", "p?i:v000015B3*", true},
        {"pci", "pci:v000015B3d00001017sv", "[p]ci:v000015B3*", true},
        {"pci", "pci:v000015B3d00001017sv", "\\pci:v000015B3*", true},
        {"pci", "pci:v000015B3d00001017sv", "pcix:* usb:*", false},
        {"usb", "usb:v0781p5581", "usb:v0781*", true},
        {"platform", "acpi:PNP0C0A:", "acpi:PNP0C0A:*", true},
        {"virtio", "virtio:d00000001v00001AF4", "virtio:*", true},
    };
    const struct tree *tree = *state;

    for (size_t i = 0; i < ELEMENTS(CASES); i++) {
        AUTOFREE char *path = format("sys/bus/%s/devices/1/modalias", CASES[i].bus);
        AUTOFREE char *line = format("%s\n", CASES[i].modalias);
        AUTOFREE char *quirk =
            format("[a]\nmatch-modalias = %s\naction = firmware\n", CASES[i].globs);

        tree_write(tree, path, line);
        expect(tree, quirk, CASES[i].match ? "a: " : NULL);
        tree_remove(tree, path);
    }
}

/* Asserts what the quirks in `text` do; each member is a text or NULL. */
static void expect_effects(const struct tree *tree, const char *text,
                           const struct quirk_facts *wanted)
{
    CLEANUP(quirk_facts_clear) struct quirk_facts facts = {0};
    const char *pairs[][2] = {{0}, {0}, {0}, {0}};

    tree_write(tree, LOCAL, text);
    facts = read_facts(tree);
    assert_answer(&facts.invalid, 0, NULL);
    assert_answer(&facts.firmware, 0, NULL);
    pairs[0][0] = facts.cmdline, pairs[0][1] = wanted->cmdline;
    pairs[1][0] = facts.unload, pairs[1][1] = wanted->unload;
    pairs[2][0] = facts.unbind, pairs[2][1] = wanted->unbind;
    pairs[3][0] = facts.keep, pairs[3][1] = wanted->keep;
    for (size_t i = 0; i < ELEMENTS(pairs); i++)
        if (!pairs[i][1] || !pairs[i][0])
            assert_ptr_equal(pairs[i][0], pairs[i][1]);
        else
            assert_string_equal(pairs[i][0], pairs[i][1]);
    if (wanted->applied.text)
        assert_answer(&facts.applied, 1, wanted->applied.text);
}

/* Its root file system is on a disk of the device ...:01.0. */
static void make_machine(const struct tree *tree)
{
    tree_write(tree, "proc/self/mountinfo", "25 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
    tree_mkdir(tree, "sys/devices/pci0000:00/0000:00:01.0/block/sda");
    tree_link(tree, "sys/dev/block/8:1", "../../devices/pci0000:00/0000:00:01.0/block/sda");
    tree_link(tree, "sys/devices/pci0000:00/0000:00:01.0/driver", "/sys/bus/pci/drivers/ahci");
    tree_link(tree, "sys/bus/pci/drivers/ahci/module", "/sys/module/ahci");
    for (int i = 1; i <= 3; i++) {
        AUTOFREE char *path = format("sys/devices/pci0000:00/0000:00:0%d.0/modalias", i);
        AUTOFREE char *device = format("sys/bus/pci/devices/0000:00:0%d.0", i);
        AUTOFREE char *driver =
            format("sys/bus/pci/drivers/%s/0000:00:0%d.0", i == 1 ? "ahci" : "mlx5_core", i);
        AUTOFREE char *target = format("/sys/devices/pci0000:00/0000:00:0%d.0", i);
        AUTOFREE char *alias = format("pci:v0000000%d\n", i);

        tree_write(tree, path, alias);
        tree_link(tree, device, target);
        tree_link(tree, driver, target);
    }
}

static void effects_add_up(void **state)
{
    make_machine(*state);
    expect_effects(*state, "[a]\nMatchDriver=nothing\nCmdlineAppend=never\n",
                   &(struct quirk_facts){0});
    expect_effects(*state,
                   "[a]\nMatchDriver=mlx5_core\nCmdlineAppend=one two=2\nReason=old firmware\n"
                   "[b]\nMatchDriver=ahci\nCmdlineAppend=three\nUnloadModules=mlx5_*\n",
                   &(struct quirk_facts){.cmdline = (char *)"one two=2 three",
                                         .unload = (char *)"mlx5_*",
                                         .keep = (char *)"ahci",
                                         .applied.text =
                                             (char *)"a: old firmware; appends to the command "
                                                     "line: one two=2 (/etc/fastreboot"});
}

static void matching_devices_are_detached(void **state)
{
    make_machine(*state);
    expect_effects(*state, "[a]\nMatchDriver=mlx5_core\nUnbindDriver=mlx5_core\n",
                   &(struct quirk_facts){.unbind = (char *)"pci/drivers/mlx5_core/0000:00:02.0\n"
                                                           "pci/drivers/mlx5_core/0000:00:03.0",
                                         .keep = (char *)"ahci"});
    expect_effects(*state, "[a]\nMatchModalias=pci:v00000003\nUnbindDriver=mlx5_*\n",
                   &(struct quirk_facts){.unbind = (char *)"pci/drivers/mlx5_core/0000:00:03.0",
                                         .keep = (char *)"ahci"});
}

static void what_root_is_on_is_never_detached(void **state)
{
    const struct tree *tree = *state;

    make_machine(tree);
    expect_effects(tree, "[a]\nMatchDriver=ahci\nUnbindDriver=*\nUnloadModules=*\n",
                   &(struct quirk_facts){.unbind = (char *)"pci/drivers/mlx5_core/0000:00:02.0\n"
                                                           "pci/drivers/mlx5_core/0000:00:03.0",
                                         .unload = (char *)"*",
                                         .keep = (char *)"ahci"});
    tree_write(tree, "proc/self/mountinfo", "25 1 0:9 / / rw - nfs 10.0.2.2:/root rw\n");
    expect_effects(tree,
                   "[a]\nMatchDriver=ahci\nCmdlineAppend=x\nUnbindDriver=*\nUnloadModules=*\n",
                   &(struct quirk_facts){.cmdline = (char *)"x",
                                         .applied.text = (char *)"but nothing is detached"});
}

/* Asserts that the installed list has `words` to say about a machine of these files. */
static void expect_place(const struct tree *tree, const char *const (*files)[2], const char *words)
{
    CLEANUP(quirk_facts_clear) struct quirk_facts facts = {0};

    for (size_t i = 0; files[i][0]; i++)
        tree_write(tree, files[i][0], files[i][1]);
    facts = read_facts(tree);
    assert_answer(&facts.invalid, 0, NULL);
    assert_answer(&facts.firmware, words ? 1 : 0, words);
    for (size_t i = 0; files[i][0]; i++)
        tree_remove(tree, files[i][0]);
}

static void the_list_knows_its_virtual_machines(void **state)
{
    static const struct {
        const char *files[3][2];
        const char *words;
    } PLACES[] = {
        {{{"sys/hypervisor/type", "xen\n"}, {"sys/hypervisor/guest_type", "HVM\n"}}, "Xen guest"},
        {{{"sys/hypervisor/type", "xen\n"}, {"sys/hypervisor/guest_type", "PV\n"}}, "Xen guest"},
        {{{"sys/hypervisor/type", "xen\n"}}, "Xen guest"},
        {{{"sys/hypervisor/type", "mshv\n"}}, NULL},
        {{{"sys/class/dmi/id/modalias", "dmi:bvnXen:bvr4.11.amazon:svnXen:pnHVMdomU:\n"}},
         "Xen HVM"},
        {{{"sys/class/dmi/id/modalias", "dmi:bvnBHYVE:bvr14.0:svnFreeBSD:pnBHYVE:pvr1.0:\n"}},
         "bhyve"},
        {{{"sys/class/dmi/id/modalias", "dmi:bvnVMW:svnVMware,Inc.:pnVMware20,1:\n"},
          {"proc/sys/kernel/arch", "aarch64\n"}},
         "VMware"},
        {{{"sys/class/dmi/id/modalias", "dmi:bvnVMW:svnVMware,Inc.:pnVMware7,1:\n"},
          {"proc/sys/kernel/arch", "x86_64\n"}},
         NULL},
        {{{"sys/class/dmi/id/modalias", "dmi:bvnEDK:svnQEMU:pnQEMUVirtualMachine:\n"},
          {"proc/cpuinfo", "processor\t: 0\nFeatures\t: fp\nCPU implementer\t: 0x61\n"}},
         "QEMU on Apple"},
        {{{"sys/class/dmi/id/modalias", "dmi:bvnEDK:svnQEMU:pnQEMUVirtualMachine:\n"},
          {"proc/cpuinfo", "processor\t: 0\nFeatures\t: fp\nCPU implementer\t: 0x41\n"}},
         NULL},
        {{{"proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu hypervisor lm tdx_guest\n\n"}}, "TDX"},
        {{{"sys/class/misc/tdx_guest", ""}}, "TDX"},
        {{{"proc/cpuinfo", "flags : fpu hypervisor sev sev_es sev_snp debug_swap\n"}}, "SEV"},
        {{{"proc/cpuinfo", "flags : fpu hypervisor lm sev_snp\n"}}, "SEV"},
        {{{"proc/cpuinfo", "flags : fpu lm sev sev_es sev_snp tdx_host_platform\n"}}, NULL},
        {{{"sys/devices/system/cpu/sev/vmpl", "0\n"}}, "SEV"},
        {{{"sys/class/misc/sev-guest", ""}}, "SEV"},
    };

    for (size_t i = 0; i < ELEMENTS(PLACES); i++)
        expect_place(*state, PLACES[i].files, PLACES[i].words);
}

static void other_keys_match(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "proc/sys/kernel/arch", "riscv64\n");
    tree_write(tree, "sys/hypervisor/type", "kvm\n");
    tree_write(tree, "proc/cpuinfo", "flags\t: fpu vme\nmodel name : x\n\nflags : two\n");
    expect(tree, "[a]\nMatchArchitecture=arm* riscv*\nAction=firmware\n", "a: ");
    expect(tree, "[a]\nMatchArchitecture=x86_64\nAction=firmware\n", NULL);
    expect(tree, "[a]\nMatchHypervisor=kvm\nAction=firmware\n", "a: ");
    expect(tree, "[a]\nMatchHypervisor=kvm:?*\nAction=firmware\n", NULL);
    expect(tree, "[a]\nMatchCPU=,fpu,vme,\nAction=firmware\n", "a: "); /* only of the first */
    expect(tree, "[a]\nMatchCPU=*,pu,* *,two,*\nAction=firmware\n", NULL);
    expect(tree, "[a]\nMatchPath=/nothing /proc/cpuinfo\nAction=firmware\n", "a: ");
    expect(tree, "[a]\nMatchPath=/nothing\nAction=firmware\n", NULL);
}

/* Lists that are not installed are still known; damaged ones are reported. */
static void a_list_that_is_gone(void **state)
{
    const struct tree *tree = *state;

    expect_firmware(tree, BOARD, "interrupts");
    install(tree, "20-virtual-machines.conf");
    expect_firmware(tree, BOARD, "interrupts");
    tree_write(tree, QUIRKS_LOCAL_DIR "/10-boards.conf", "# this one is good\n");
    expect_firmware(tree, BOARD, NULL);
    tree_write(tree, QUIRKS_VENDOR_DIR "/30-drivers.conf", "");
    expect_error(tree, "", "30-drivers.conf has no quirks");
    tree_write(tree, QUIRKS_LOCAL_DIR "/30-drivers.conf", "");
    expect_firmware(tree, BOARD, NULL);
    tree_write(tree, QUIRKS_VENDOR_DIR "/40-others.conf", "# cut of");
    expect_error(tree, "", "40-others.conf has no quirks");
}

static void a_file_takes_the_place_of_another(void **state)
{
    const struct tree *tree = *state;

    install(tree, "10-boards.conf");
    tree_write(tree, "usr/local/lib/" QUIRKS_DIR_NAME "/10-boards.conf",
               "[a]\nmatch-dmi-modalias = dmi:*\naction = firmware\nreason = local\n");
    expect_firmware(tree, BOARD, "a: local (/usr/local/lib/fastreboot/quirks.d/10-boards.conf:1)");
    tree_write(tree, "run/" QUIRKS_DIR_NAME "/10-boards.conf", "");
    expect_firmware(tree, BOARD, NULL);
    tree_link(tree, QUIRKS_LOCAL_DIR "/20-virtual-machines.conf", "/dev/null");
    expect_firmware(tree, "dmi:*:svnXen:x\n", NULL);
    tree_remove(tree, QUIRKS_LOCAL_DIR "/20-virtual-machines.conf");
    expect_firmware(tree, "dmi:*:svnXen:x\n", "Xen HVM guest");
}

/* Also one that is installed, and one that is only built in. */
static void a_file_is_masked(void **state)
{
    static const char *const MASKS[] = {QUIRKS_LOCAL_DIR, "run/" QUIRKS_DIR_NAME,
                                        "usr/local/lib/" QUIRKS_DIR_NAME, QUIRKS_VENDOR_DIR};
    const struct tree *tree = *state;

    for (int installed = 0; installed < 2; installed++)
        for (size_t i = 0; i < ELEMENTS(MASKS) - (size_t)installed; i++) {
            AUTOFREE char *path = format("%s/10-boards.conf", MASKS[i]);

            expect_firmware(tree, BOARD, "interrupts");
            tree_link(tree, path, "/dev/null");
            expect_firmware(tree, BOARD, NULL);
            tree_remove(tree, path);
            if (i + 1 == ELEMENTS(MASKS))
                install(tree, "10-boards.conf");
        }
}

static struct quirk_facts ignoring(const struct tree *tree, struct ignored_quirk *ignored, size_t n)
{
    struct quirk_facts facts;

    quirk_facts_read(tree->root, &(struct config){.ignored = ignored, .n_ignored = n}, &facts);
    return facts;
}

static void a_quirk_is_ignored(void **state)
{
    struct ignored_quirk names[] = {{(char *)"Intel S1200SPL", (char *)"/etc/fastreboot.conf"},
                                    {(char *)"HP Z2 Mini G4", (char *)"/etc/fastreboot.conf"},
                                    {(char *)"intel s1200spl", (char *)"/run/fastreboot.conf"},
                                    {(char *)"none", (char *)"/x.conf"}};
    CLEANUP(quirk_facts_clear) struct quirk_facts facts = {0}, wrong = {0}, twice = {0};
    const struct tree *tree = *state;

    tree_write(tree, "sys/class/dmi/id/modalias", BOARD);
    facts = ignoring(tree, names, 2);
    assert_answer(&facts.firmware, 0, NULL);
    assert_answer(&facts.unknown, 0, NULL);
    assert_answer(&facts.ignored, 1,
                  "quirk-ignore in /etc/fastreboot.conf ignores a quirk of this machine: Intel "
                  "S1200SPL: interrupts are not routed");
    wrong = ignoring(tree, &names[2], 2);
    assert_answer(&wrong.firmware, 1, "Intel S1200SPL");
    assert_string_equal(wrong.name, "Intel S1200SPL");
    assert_string_equal(wrong.file, "/usr/lib/fastreboot/quirks.d/10-boards.conf");
    assert_answer(&wrong.ignored, 0, NULL);
    assert_answer(&wrong.unknown, 1,
                  "/run/fastreboot.conf: quirk-ignore = intel s1200spl: no quirk has that name; "
                  "/x.conf: quirk-ignore = none: no quirk has that name");
    tree_write(tree, LOCAL,
               "[a]\nmatch-path=/sys\ncmdline-append=x\n[HP Z2 Mini G4]\n"
               "match-path=/sys\ncmdline-append=y\n");
    twice = ignoring(tree, names, 2);
    assert_string_equal(twice.cmdline, "x");
    assert_answer(&twice.ignored, 1, "; quirk-ignore in");
}

/* What cannot be known about an ignored quirk is of no interest. */
static void an_ignored_quirk_that_cannot_be_known(void **state)
{
    struct ignored_quirk name = {(char *)"a", (char *)"/etc/fastreboot.conf"};
    CLEANUP(quirk_facts_clear) struct quirk_facts facts = {0}, known = {0};

    tree_mkdir(*state, "proc/sys/kernel");
    assert_int_equal(mkfifoat(((const struct tree *)*state)->root, "proc/sys/kernel/arch", 0644),
                     0);
    tree_link(*state, QUIRKS_LOCAL_DIR "/20-virtual-machines.conf", "/dev/null");
    tree_write(*state, LOCAL, "[a]\nmatch-architecture=x\naction=firmware\n");
    facts = read_facts(*state);
    assert_answer(&facts.firmware, -EINVAL, NULL);
    known = ignoring(*state, &name, 1);
    assert_answer(&known.firmware, 0, NULL);
    assert_answer(&known.ignored, 0, NULL);
}

/* The keys had another spelling once, and had to be written in it. */
static void both_spellings_are_taken(void **state)
{
    tree_write(*state, "sys/class/dmi/id/modalias", "dmi:x\n");
    expect(*state, "[a]\nMatchDMIModalias=dmi:x\nAction=firmware\n", "a: ");
    expect(*state, "[a]\nmatch-dmi-modalias=dmi:x\naction=firmware\nreason=y\n", "a: y");
    expect_error(*state, "[a]\nMatch-DMI-Modalias=dmi:x\n", "test.conf:2: unknown key");
    expect_error(*state, "[a]\nmatchdmimodalias=dmi:x\n", "test.conf:2: unknown key");
    expect_error(*state, "[a]\nMatchDMIModaliases=dmi:x\n", "test.conf:2: unknown key");
    expect_error(*state, "[a]\nMatchDMIModalia=dmi:x\n", "test.conf:2: unknown key");
}

/* It would widen what the line above it matches, and not do what it says. */
static void an_indented_line_is_refused(void **state)
{
    expect_error(*state, "[a]\nmatch-dmi-modalias=dmi:*\n match-driver = foo\naction=firmware\n",
                 "test.conf:3: \"match-driver = foo\" would become part of match-dmi-modalias");
    expect_error(*state, "[a]\nmatch-driver=x\n Action=firmware\n", "would become part of");
    expect(*state, "[a]\nmatch-driver=x\ncmdline-append=a=1\n  b=2\n", NULL);
}

/* The library cuts it, and two quirks would become one. */
static void a_section_with_a_long_name(void **state)
{
    for (int length = 40; length < 60; length++) {
        AUTOFREE char *text = format("[%0*d]\nmatch-driver=x\naction=firmware\n", length, 0);

        if (length <= 48)
            expect(*state, text, NULL);
        else
            expect_error(*state, text,
                         "test.conf:2: the name of the section is longer than 48 characters");
    }
}

/* Of the section, even if comments stand between it and its first key. */
static void a_quirk_has_its_line(void **state)
{
    static const struct {
        const char *text;
        const char *where;
    } LISTS[] = {
        {"[a]\nmatch-dmi-modalias = dmi:*\naction = firmware\n", "test.conf:1)"},
        {"# x\n\n[a]\n# y\n\nmatch-dmi-modalias = dmi:*\naction = firmware\n", "test.conf:3)"},
        {"[none]\nmatch-driver = x\naction = firmware\n[a]\n\nmatch-dmi-modalias = dmi:*\n"
         "  dmi:[m]*\naction = firmware\n[b]\nmatch-driver = x\naction = firmware",
         "test.conf:4)"},
        /* inih takes it for a section only where it continues nothing; its first key counts */
        {"\n  [a]\nmatch-dmi-modalias = dmi:*\naction = firmware\n", "test.conf:3)"},
        {"[none]\r\nmatch-driver = x\r\naction = firmware\r\n[a]\r\nmatch-dmi-modalias = dmi:*\r\n"
         "action = firmware\r\n",
         "test.conf:4)"},
    };
    const struct tree *tree = *state;

    for (size_t i = 0; i < ELEMENTS(LISTS); i++) {
        CLEANUP(quirk_facts_clear) struct quirk_facts facts = {0};
        AUTOFREE char *source = NULL;

        tree_write(tree, LOCAL, LISTS[i].text);
        expect_firmware(tree, "dmi:mine:\n", LISTS[i].where);
        facts = read_facts(tree);
        source = format("%s)", facts.firmware.source);
        assert_non_null(strstr(source, LISTS[i].where));
    }
    tree_write(tree, LOCAL, "[a]\nmatch-driver = x\naction = firmware\n\n[b]\naction = firmware\n");
    expect_error(tree, "[a]\nmatch-driver = x\naction = firmware\n\n[b]\naction = firmware\n",
                 "test.conf:5: [b] has none of match-");
}

static void a_list_that_was_never_there(void **state)
{
    const struct tree *tree = *state;

    tree_write(tree, "usr/lib/systemd/system/fastreboot.service", "");
    expect_error(tree, "", "/usr/lib/fastreboot/quirks.d: No such file or directory");
}

static void links_that_lead_nowhere(void **state)
{
    static const char *const PATHS[] = {"etc/fastreboot", QUIRKS_LOCAL_DIR,
                                        QUIRKS_LOCAL_DIR "/x.conf"};
    const struct tree *tree = *state;

    for (size_t i = 0; i < ELEMENTS(PATHS); i++) {
        CLEANUP(quirk_facts_clear) struct quirk_facts facts = {0};

        tree_link(tree, PATHS[i], "/nowhere");
        facts = read_facts(tree);
        assert_answer(&facts.invalid, 1, "No such file or directory");
        tree_remove(tree, PATHS[i]);
    }
}

static void globs_that_would_match_nothing(void **state)
{
    static const char *const BAD[] = {
        "dmi:*:rn[S1200*", "\"dmi:*\"", "a dmi:[[:alpha:", "x[!]", "'x'", "x\\", "[a-z [a]"};
    static const char *const GOOD[] = {"[]a]x", "[!]]", "[[:digit:]a] y", "\\[x", "x]y", "[a[]"};

    for (size_t i = 0; i < ELEMENTS(BAD); i++) {
        AUTOFREE char *text = format("[a]\nMatchDMIModalias=%s\nAction=firmware\n", BAD[i]);

        expect_error(*state, text, "test.conf:2: MatchDMIModalias: ");
    }
    for (size_t i = 0; i < ELEMENTS(GOOD); i++) {
        AUTOFREE char *text = format("[a]\nMatchDMIModalias=%s\nAction=firmware\n", GOOD[i]);

        expect(*state, text, NULL);
    }
    expect_error(*state, "[a]\nMatchDriver=x\nUnbindDriver=[x\n", ":3: UnbindDriver: a [ is not");
    expect_error(*state, "[a]\nMatchDriver=x\nCmdlineAppend=a=\"b c\n",
                 ":3: CmdlineAppend: a quot");
}

static void files_that_are_none(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(quirk_facts_clear) struct quirk_facts facts = {0};

    tree_mkdir(tree, "sys/class/dmi/id");
    assert_int_equal(mkfifoat(tree->root, "sys/class/dmi/id/modalias", 0644), 0);
    facts = read_facts(tree);
    assert_answer(&facts.firmware, -EINVAL, NULL);
    quirk_facts_clear(&facts);
    tree_mkdir(tree, QUIRKS_LOCAL_DIR);
    assert_int_equal(mkfifoat(tree->root, QUIRKS_LOCAL_DIR "/x.conf", 0644), 0);
    facts = read_facts(tree);
    assert_answer(&facts.invalid, 1, "x.conf: Invalid argument");
}

static void dmi_that_is_too_long_is_unknown(void **state)
{
    const struct tree *tree = *state;
    CLEANUP(quirk_facts_clear) struct quirk_facts facts = {0};
    AUTOFREE char *modalias = format("dmi:%*s:rnS1200SPL:\n", 10000, "x");

    tree_write(tree, "sys/class/dmi/id/modalias", modalias);
    facts = read_facts(tree);
    assert_answer(&facts.firmware, -EFBIG, NULL);
}

static void no_dmi_no_board(void **state)
{
    expect(*state, "[a]\nMatchDMIModalias=*\nAction=firmware\n", NULL);
}

static void mistakes_are_named(void **state)
{
    const struct tree *tree = *state;

    expect_error(tree, "Action=firmware\n", "test.conf:1: Action stands before");
    expect_error(tree, "[a]\nMatchDriver=x\nAction=panic\n", "test.conf:3: Action = panic");
    expect_error(tree, "[a]\nMatchDrivers=x\n",
                 "test.conf:2: unknown key \"MatchDrivers\": must be one of match-dmi");
    expect_error(tree, "[a]\nAction=firmware\n",
                 "[a] has none of match-dmi-modalias, match-modalias");
    expect_error(tree, "[a]\nMatchDriver=x\n",
                 "[a] has none of action, cmdline-append, unload-modules");
    expect_error(tree, "[a]\nMatchDriver=x\nUnloadModules=\n", ":3: UnloadModules has no value");
    tree_write(tree, LOCAL, "[a]\nMatchDriver=x\nAction=firmware\n");
    tree_mode(tree, LOCAL, 0666);
    {
        CLEANUP(quirk_facts_clear) struct quirk_facts facts = read_facts(tree);

        assert_answer(&facts.invalid, 1, "is writable by users other");
    }
}

static void too_many_quirks(void **state)
{
    CLEANUP(quirk_facts_clear) struct quirk_facts facts = {0};

    for (int file = 0; file < 3; file++) {
        AUTOFREE char *path = format(QUIRKS_LOCAL_DIR "/%d.conf", file), *text = strdup("");

        for (int i = 0; i < 100; i++) {
            AUTOFREE char *shorter = text;

            text = format("%s[%d]\nMatchDriver=x\nAction=firmware\n", shorter, i);
        }
        tree_write(*state, path, text);
    }
    facts = read_facts(*state);
    assert_answer(&facts.invalid, 1, "more than 256 quirks");
}

static int modalias_is_unknown(void *argument)
{
    CLEANUP(quirk_facts_clear) struct quirk_facts facts = read_facts(argument);

    return facts.firmware.is == ANSWER_UNKNOWN && facts.firmware.error == EACCES;
}

static void what_may_not_be_read_is_unknown(void **state)
{
    tree_write(*state, LOCAL, "[a]\nMatchDMIModalias=*\nAction=firmware\n");
    tree_write(*state, "sys/class/dmi/id/modalias", BOARD);
    tree_mode(*state, "sys/class/dmi/id/modalias", 0400);
    assert_int_equal(as_nobody(modalias_is_unknown, *state), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_lists_know_their_machines),
        TEST(the_lists_know_their_devices),
        TEST(every_kind_of_match_must_match),
        TEST(devices_are_found_on_every_bus),
        TEST(effects_add_up),
        TEST(matching_devices_are_detached),
        TEST(what_root_is_on_is_never_detached),
        TEST(the_list_knows_its_virtual_machines),
        TEST(other_keys_match),
        TEST(a_list_that_is_gone),
        TEST(a_file_takes_the_place_of_another),
        TEST(a_file_is_masked),
        TEST(a_quirk_is_ignored),
        TEST(an_ignored_quirk_that_cannot_be_known),
        TEST(both_spellings_are_taken),
        TEST(an_indented_line_is_refused),
        TEST(a_section_with_a_long_name),
        TEST(a_quirk_has_its_line),
        TEST(a_list_that_was_never_there),
        TEST(links_that_lead_nowhere),
        TEST(globs_that_would_match_nothing),
        TEST(files_that_are_none),
        TEST(dmi_that_is_too_long_is_unknown),
        TEST(no_dmi_no_board),
        TEST(mistakes_are_named),
        TEST(too_many_quirks),
        TEST(what_may_not_be_read_is_unknown),
    };

    return RUN_TESTS(tests);
}

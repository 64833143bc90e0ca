/**
 * The checks of national numbers: whether characters without separators, in
 * capitals and NUL-terminated, of the length their form says, can be one.
 * Internal to pii_id*.c.
 *
 * Layer:  text (pure)
 */
#ifndef TEXT_PII_ID_CHECK_H
#define TEXT_PII_ID_CHECK_H

#include <stdbool.h>

/* The longest form has 18 characters, and the NUL. */
#define PII_ID_SIZE 24u

typedef bool pii_id_check_fn(const char *s);
pii_id_check_fn pii_id_check_ssn, pii_id_check_cf, pii_id_check_dni,
    pii_id_check_nie, pii_id_check_de, pii_id_check_nir, pii_id_check_bsn,
    pii_id_check_nino, pii_id_check_nhs, pii_id_check_pesel, pii_id_check_cpf,
    pii_id_check_be, pii_id_check_se, pii_id_check_se12, pii_id_check_dk,
    pii_id_check_no, pii_id_check_fi, pii_id_check_fi_2000, pii_id_check_ean,
    pii_id_check_at, pii_id_check_ie, pii_id_check_luhn, pii_id_check_tfn,
    pii_id_check_verhoeff, pii_id_check_pan, pii_id_check_curp,
    pii_id_check_rut, pii_id_check_cuil, pii_id_check_cn, pii_id_check_kr,
    pii_id_check_tw, pii_id_check_sg, pii_id_check_za, pii_id_check_tr,
    pii_id_check_ro, pii_id_check_cz, pii_id_check_hr, pii_id_check_bg,
    pii_id_check_ee, pii_id_check_pt;

#endif

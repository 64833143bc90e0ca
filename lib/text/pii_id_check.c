/** Checksums and forms of national numbers, each as its issuer has it. */
#include "text/pii_id_check.h"

#include <string.h>

#include "text/pii_scan.h"

static int
digit(char c)
{
	return c - '0';
}

/** A number of `n` digits. */
static long long
number(const char *s, size_t n)
{
	long long value = 0;

	for (size_t i = 0; i < n; i++)
		value = value * 10 + digit(s[i]);
	return value;
}

/** The sum of digits times weights ('0' + weight, ':' is ten). */
static int
weigh(const char *s, const char *weights)
{
	int sum = 0;

	for (size_t i = 0; weights[i] != '\0'; i++)
		sum += digit(s[i]) * (weights[i] - '0');
	return sum;
}

static bool
is_same(const char *s)
{
	return strspn(s, (char[]){ s[0], '\0' }) == strlen(s);
}

static bool
is_day(long long month, long long day)
{
	return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/** ISO/IEC 7064 mod 11,10 over all digits. */
static bool
is_mod11_10(const char *s)
{
	int rest = 10;
	size_t n = strlen(s);

	for (size_t i = 0; i + 1 < n; i++) {
		int sum = (rest + digit(s[i])) % 10;

		rest = (sum == 0 ? 10 : sum) * 2 % 11;
	}
	return (11 - rest) % 10 == digit(s[n - 1]);
}

bool
pii_id_check_ssn(const char *s)
{
	long long area = number(s, 3);
	long long group = number(s + 3, 2);

	if (number(s + 5, 4) == 0 || group == 0 || area == 0 || area == 666)
		return false;
	/* 9xx are tax numbers of people without an SSN. */
	return area < 900 || (group >= 50 && group != 89 && group != 93);
}

bool
pii_id_check_cf(const char *s)
{
	/* The value of a digit or letter at an odd place, counted from one. */
	static const char odd[] = { 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18,
		20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23 };
	/* Letters that stand for digits where two people had the same code. */
	static const char numeric[] = "0123456789LMNPQRSTUV";
	static const size_t places[] = { 6, 7, 9, 10, 12, 13, 14 };
	int sum = 0;

	for (size_t i = 0; i < COUNT(places); i++)
		if (!pii_scan_is(s[places[i]], numeric))
			return false;
	if (!pii_scan_is(s[8], "ABCDEHLMPRST"))
		return false;
	for (size_t i = 0; i < 6; i++)
		if (!pii_scan_upper(s[i]))
			return false;
	for (size_t i = 0; i < 15; i++) {
		int value = pii_scan_digit(s[i]) ? digit(s[i]) : s[i] - 'A';

		sum += i % 2 == 0 ? odd[value] : value;
	}
	return s[15] == 'A' + sum % 26;
}

static const char dni_letters[] = "TRWAGMYFPDXBNJZSQVHLCKE";

bool
pii_id_check_dni(const char *s)
{
	return s[8] == dni_letters[number(s, 8) % 23];
}

bool
pii_id_check_nie(const char *s)
{
	static const char first[] = "XYZ";
	const char *p = strchr(first, s[0]);

	return p != NULL &&
	    s[8] ==
	    dni_letters[((p - first) * 10000000LL + number(s + 1, 7)) % 23];
}

bool
pii_id_check_de(const char *s)
{
	int count[10] = { 0 };
	int twice = 0;

	for (size_t i = 0; i < 10; i++)
		count[digit(s[i])]++;
	for (size_t i = 0; i < 10; i++) {
		if (count[i] > 3)
			return false;
		twice += count[i] > 1;
	}
	return s[0] != '0' && twice == 1 && is_mod11_10(s);
}

bool
pii_id_check_nir(const char *s)
{
	char body[14];
	long long less = 0;
	long long month = number(s + 3, 2);

	if (!pii_scan_is(s[0], "123478") || month == 0 ||
	    (month > 12 && month < 20))
		return false;
	memcpy(body, s, 13);
	if (!pii_scan_digit(s[6])) { /* 2A, 2B: Corsica */
		if (s[5] != '2' || (s[6] != 'A' && s[6] != 'B'))
			return false;
		less = s[6] == 'A' ? 1000000 : 2000000;
		body[6] = '0';
	}
	return 97 - (number(body, 13) - less) % 97 == number(s + 13, 2);
}

bool
pii_id_check_bsn(const char *s)
{
	return !is_same(s) && (weigh(s, "98765432") - digit(s[8])) % 11 == 0;
}

bool
pii_id_check_nino(const char *s)
{
	static const char *const not [] = { "BG", "GB", "KN", "NK", "NT", "TN",
		"ZZ" };

	for (size_t i = 0; i < COUNT(not ); i++)
		if (memcmp(s, not [i], 2) == 0)
			return false;
	return !pii_scan_is(s[0], "DFIQUV") && !pii_scan_is(s[1], "DFIQUVO") &&
	    pii_scan_is(s[8], "ABCD");
}

bool
pii_id_check_nhs(const char *s)
{
	return !is_same(s) &&
	    (11 - weigh(s, ":98765432") % 11) % 11 == digit(s[9]);
}

bool
pii_id_check_pesel(const char *s)
{
	/* The century is in the month: 81 to 92, 01 to 12, 21 to 32 … */
	return is_day(number(s + 2, 2) % 20, number(s + 4, 2)) &&
	    (weigh(s, "1379137913") + digit(s[10])) % 10 == 0;
}

bool
pii_id_check_cpf(const char *s)
{
	return !is_same(s) &&
	    weigh(s, ":98765432") * 10 % 11 % 10 == digit(s[9]) &&
	    weigh(s, ";:98765432") * 10 % 11 % 10 == digit(s[10]);
}

bool
pii_id_check_be(const char *s)
{
	long long body = number(s, 9);
	long long check = number(s + 9, 2);

	return number(s + 2, 2) % 20 <= 12 && number(s + 4, 2) <= 31 &&
	    (97 - body % 97 == check ||
		97 - (2000000000LL + body) % 97 == check);
}

bool
pii_id_check_se(const char *s)
{
	/* Coordination numbers have 60 added to the day. */
	return is_day(number(s + 2, 2), number(s + 4, 2) % 60) &&
	    pii_run_luhn(s, 10);
}

bool
pii_id_check_se12(const char *s)
{
	long long year = number(s, 4);

	return year >= 1890 && year <= 2099 && pii_id_check_se(s + 2);
}

bool
pii_id_check_dk(const char *s)
{
	return is_day(number(s + 2, 2), number(s, 2));
}

bool
pii_id_check_no(const char *s)
{
	return is_day(number(s + 2, 2) % 40, number(s, 2) % 40) &&
	    (11 - weigh(s, "376189452") % 11) % 11 == digit(s[9]) &&
	    (11 - weigh(s, "5432765432") % 11) % 11 == digit(s[10]);
}

/** Behind DDMMYY: three digits and a character of the checksum. */
static bool
is_fi(const char *s, const char *rest)
{
	static const char letters[] = "0123456789ABCDEFHJKLMNPRSTUVWXY";
	long long body = number(s, 6) * 1000 + number(rest, 3);

	return is_day(number(s + 2, 2), number(s, 2)) &&
	    letters[body % 31] == rest[3];
}

bool
pii_id_check_fi(const char *s)
{
	return is_fi(s, s + 6);
}

bool
pii_id_check_fi_2000(const char *s)
{
	return pii_scan_is(s[6], "ABCDEFUVWXY") && is_fi(s, s + 7);
}

bool
pii_id_check_ean(const char *s)
{
	return (weigh(s, "131313131313") + digit(s[12])) % 10 == 0;
}

bool
pii_id_check_at(const char *s)
{
	/* The fourth digit checks the others. */
	int sum = weigh(s, "379") + weigh(s + 4, "584216");

	return is_day(number(s + 6, 2), number(s + 4, 2)) &&
	    sum % 11 == digit(s[3]);
}

bool
pii_id_check_ie(const char *s)
{
	int sum = weigh(s, "8765432");

	if (s[8] != '\0')
		sum += s[8] == 'W' ? 0 : (s[8] - 'A' + 1) * 9;
	return s[7] == "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23];
}

bool
pii_id_check_luhn(const char *s)
{
	return !is_same(s) && pii_run_luhn(s, strlen(s));
}

bool
pii_id_check_tfn(const char *s)
{
	return weigh(s, "14375869:") % 11 == 0;
}

bool
pii_id_check_verhoeff(const char *s)
{
	/* Powers of the permutation (1 5 8 9 4 2 7 0)(3 6) on 0 to 9. */
	static const char power[8][11] = { "0123456789", "1576283094",
		"5803796142", "8916043527", "9453126870", "4286573901",
		"2793806415", "7046913258" };
	int sum = 0;
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++) {
		int x = digit(power[i % 8][digit(s[n - 1 - i])]);

		/* The group of the pentagon: 0 to 4 turn, 5 to 9 mirror. */
		if (sum < 5)
			sum = x < 5 ? (sum + x) % 5 : 5 + (sum + x - 5) % 5;
		else
			sum = x < 5 ? 5 + (sum - x) % 5 : (sum - x + 5) % 5;
	}
	return sum == 0 && s[0] > '1';
}

bool
pii_id_check_pan(const char *s)
{
	return pii_scan_is(s[3], "PCHFATBLJG");
}

bool
pii_id_check_curp(const char *s)
{
	return is_day(number(s + 6, 2), number(s + 8, 2)) &&
	    pii_scan_is(s[10], "HMX");
}

bool
pii_id_check_rut(const char *s)
{
	size_t n = strlen(s) - 1;
	int sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += digit(s[n - 1 - i]) * (2 + (int)(i % 6));
	return s[n] == "0K987654321"[sum % 11];
}

bool
pii_id_check_cuil(const char *s)
{
	return pii_scan_is(s[0], "23") &&
	    (11 - weigh(s, "5432765432") % 11) % 11 == digit(s[10]);
}

bool
pii_id_check_cn(const char *s)
{
	return is_day(number(s + 10, 2), number(s + 12, 2)) &&
	    s[17] == "10X98765432"[weigh(s, "79:584216379:5842") % 11];
}

bool
pii_id_check_kr(const char *s)
{
	return is_day(number(s + 2, 2), number(s + 4, 2)) &&
	    (11 - weigh(s, "234567892345") % 11) % 10 == digit(s[12]);
}

bool
pii_id_check_tw(const char *s)
{
	/* The letters' numbers are not in the order of the alphabet. */
	static const char order[] = "ABCDEFGHJKLMNPQRSTUVXYWZIO";
	const char *p = strchr(order, s[0]);
	int area = p == NULL ? 0 : 10 + (int)(p - order);

	return (s[1] == '1' || s[1] == '2') &&
	    (area / 10 + area % 10 * 9 + weigh(s + 1, "87654321") +
		digit(s[9])) %
		10 ==
	    0;
}

bool
pii_id_check_sg(const char *s)
{
	int sum = weigh(s + 1, "2765432");

	switch (s[0]) {
	case 'S':
		return s[8] == "JZIHGFEDCBA"[sum % 11];
	case 'T':
		return s[8] == "JZIHGFEDCBA"[(sum + 4) % 11];
	case 'F':
		return s[8] == "XWUTRQPNMLK"[sum % 11];
	case 'G':
		return s[8] == "XWUTRQPNMLK"[(sum + 4) % 11];
	default:
		return false;
	}
}

bool
pii_id_check_za(const char *s)
{
	return is_day(number(s + 2, 2), number(s + 4, 2)) && s[10] < '3' &&
	    pii_run_luhn(s, 13);
}

bool
pii_id_check_tr(const char *s)
{
	int odd = weigh(s, "101010101");
	int even = weigh(s, "01010101");

	return s[0] != '0' && (odd * 7 - even + 100) % 10 == digit(s[9]) &&
	    (odd + even + digit(s[9])) % 10 == digit(s[10]);
}

bool
pii_id_check_ro(const char *s)
{
	int check = weigh(s, "279146358279") % 11;

	return s[0] != '0' && is_day(number(s + 3, 2), number(s + 5, 2)) &&
	    (check == 10 ? 1 : check) == digit(s[12]);
}

bool
pii_id_check_cz(const char *s)
{
	/* Women have 50 added to the month, 20 more when numbers run out. */
	return is_day(number(s + 2, 2) % 50 % 20, number(s + 4, 2)) &&
	    number(s, 10) % 11 == 0;
}

bool
pii_id_check_hr(const char *s)
{
	return is_mod11_10(s);
}

bool
pii_id_check_bg(const char *s)
{
	return is_day(number(s + 2, 2) % 20, number(s + 4, 2)) &&
	    (weigh(s, "2485:9736") % 11) % 10 == digit(s[9]);
}

bool
pii_id_check_ee(const char *s)
{
	int check = weigh(s, "1234567891") % 11;

	if (check == 10)
		check = weigh(s, "3456789123") % 11 % 10;
	return is_day(number(s + 3, 2), number(s + 5, 2)) &&
	    check == digit(s[10]);
}

bool
pii_id_check_pt(const char *s)
{
	int check = 11 - weigh(s, "98765432") % 11;

	return digit(s[8]) == (check > 9 ? 0 : check);
}

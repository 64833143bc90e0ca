/**
 * Socket.IO packets and what is to become of them, one row each:
 *
 *      ROW(name, raw, decode status, payload status, type, attachments, nsp,
 *          id, JSON)
 *
 * Include it inside an array; the names carry the clauses of the protocol
 * reference. What stands behind a bad decode status is not looked at.
 */
#define BAD(name, raw, status) \
	ROW(name, raw, status, SIO_OK, SIO_CONNECT, 0, "/", -1, "")

ROW("J1: CONNECT to /", "0", SIO_OK, SIO_OK, SIO_CONNECT, 0, "/", -1, "")
ROW("J1: CONNECT with auth", "0{\"token\":\"123\"}", SIO_OK, SIO_OK,
    SIO_CONNECT, 0, "/", -1, "{\"token\":\"123\"}")
ROW("J2: nsp to the end", "0/custom", SIO_OK, SIO_OK, SIO_CONNECT, 0, "/custom",
    -1, "")
ROW("J2: nsp to the comma", "0/custom,", SIO_OK, SIO_OK, SIO_CONNECT, 0,
    "/custom", -1, "")
ROW("J1: nsp and auth", "0/chat,{\"a\":1}", SIO_OK, SIO_OK, SIO_CONNECT, 0,
    "/chat", -1, "{\"a\":1}")
ROW("J1: / spelled out", "0/,{}", SIO_OK, SIO_OK, SIO_CONNECT, 0, "/", -1, "{}")
ROW("K4: query is part of the name", "0/custom?token=abc,", SIO_OK, SIO_OK,
    SIO_CONNECT, 0, "/custom?token=abc", -1, "")
ROW("J2: nsp in UTF-8", "0/\xc3\xa9,", SIO_OK, SIO_OK, SIO_CONNECT, 0,
    "/\xc3\xa9", -1, "")
ROW("J1: DISCONNECT", "1", SIO_OK, SIO_OK, SIO_DISCONNECT, 0, "/", -1, "")
ROW("J1: DISCONNECT nsp", "1/admin,", SIO_OK, SIO_OK, SIO_DISCONNECT, 0,
    "/admin", -1, "")
ROW("J1: EVENT", "2[\"hello\",1]", SIO_OK, SIO_OK, SIO_EVENT, 0, "/", -1,
    "[\"hello\",1]")
ROW("J1: EVENT with id", "212[\"hello\",1]", SIO_OK, SIO_OK, SIO_EVENT, 0, "/",
    12, "[\"hello\",1]")
ROW("J1: EVENT, nsp and id", "2/admin,456[\"project:delete\",123]", SIO_OK,
    SIO_OK, SIO_EVENT, 0, "/admin", 456, "[\"project:delete\",123]")
ROW("J5: id 0", "20[\"a\"]", SIO_OK, SIO_OK, SIO_EVENT, 0, "/", 0, "[\"a\"]")
ROW("J1: ACK", "3/admin,456[]", SIO_OK, SIO_OK, SIO_ACK, 0, "/admin", 456, "[]")
ROW("J1: CONNECT_ERROR, object", "4{\"message\":\"no\"}", SIO_OK, SIO_OK,
    SIO_CONNECT_ERROR, 0, "/", -1, "{\"message\":\"no\"}")
ROW("J3: CONNECT_ERROR, string", "4\"no\"", SIO_OK, SIO_OK, SIO_CONNECT_ERROR,
    0, "/", -1, "\"no\"")
ROW("J1: BINARY_EVENT", "51-[\"h\",{\"_placeholder\":true,\"num\":0}]", SIO_OK,
    SIO_OK, SIO_BINARY_EVENT, 1, "/", -1,
    "[\"h\",{\"_placeholder\":true,\"num\":0}]")
ROW("J1: BINARY_EVENT, all parts", "52-/admin,7[\"h\",1]", SIO_OK, SIO_OK,
    SIO_BINARY_EVENT, 2, "/admin", 7, "[\"h\",1]")
ROW("J1: BINARY_ACK", "61-/admin,456[1]", SIO_OK, SIO_OK, SIO_BINARY_ACK, 1,
    "/admin", 456, "[1]")
ROW("J9: placeholder in a text packet", "2[\"h\",{\"_placeholder\":true}]",
    SIO_OK, SIO_OK, SIO_EVENT, 0, "/", -1, "[\"h\",{\"_placeholder\":true}]")

BAD("J2: empty", "", SIO_EMPTY)
BAD("J2: type 7", "7", SIO_TYPE)
BAD("J6: 4abc of the suite", "abc", SIO_TYPE)
BAD("J2: a space is no type", " ", SIO_TYPE)
BAD("J2: NUL is no type", "\0", SIO_TYPE)
BAD("J8: no count", "5[\"a\"]", SIO_ATTACHMENTS)
BAD("J8: no dash", "51[\"a\"]", SIO_ATTACHMENTS)
BAD("J8: cut behind the type", "5", SIO_ATTACHMENTS)
BAD("J8: cut behind the count", "51", SIO_ATTACHMENTS)
BAD("J8: dash alone", "5-[\"a\"]", SIO_ATTACHMENTS)
BAD("J8: none", "50-[\"a\"]", SIO_ATTACHMENTS)
BAD("J8: over the limit", "511-[\"a\"]", SIO_ATTACHMENTS)
BAD("J8: huge", "599999999999999999999-[\"a\"]", SIO_ATTACHMENTS)
BAD("J8: negative", "5--1-[\"a\"]", SIO_ATTACHMENTS)
BAD("J8: not whole", "51.5-[\"a\"]", SIO_ATTACHMENTS)
BAD("J8: BINARY_ACK, none", "60-[]", SIO_ATTACHMENTS)
ROW("J8: at the limit", "510-[\"a\"]", SIO_OK, SIO_OK, SIO_BINARY_EVENT, 10,
    "/", -1, "[\"a\"]")
BAD("nsp with a control byte", "0/a\nb,", SIO_NSP)
BAD("nsp with NUL", "0/a\0b,", SIO_NSP)
BAD("nsp with DEL", "0/a\x7f,", SIO_NSP)
BAD("nsp not UTF-8", "0/\xff,", SIO_NSP)
ROW("J5: the largest id", "29007199254740991[\"a\"]", SIO_OK, SIO_OK, SIO_EVENT,
    0, "/", 9007199254740991, "[\"a\"]")
BAD("J5: one more", "29007199254740992[\"a\"]", SIO_ID)
BAD("J5: over 64 bits", "299999999999999999999[\"a\"]", SIO_ID)
BAD("J5: an ACK's id", "39007199254740992[]", SIO_ID)

ROW("J3: 42 alone", "2", SIO_OK, SIO_PAYLOAD, SIO_EVENT, 0, "/", -1, "")
ROW("J3: EVENT with id alone", "27", SIO_OK, SIO_PAYLOAD, SIO_EVENT, 0, "/", 7,
    "")
ROW("J3: ACK alone", "31", SIO_OK, SIO_PAYLOAD, SIO_ACK, 0, "/", 1, "")
ROW("J3: CONNECT_ERROR alone", "4", SIO_OK, SIO_PAYLOAD, SIO_CONNECT_ERROR, 0,
    "/", -1, "")
ROW("J6: 42{} of the suite", "2{}", SIO_OK, SIO_PAYLOAD, SIO_EVENT, 0, "/", -1,
    "{}")
ROW("J6: 42abc of the suite", "2abc[\"a\",\"b\"]", SIO_OK, SIO_JSON, SIO_EVENT,
    0, "/", -1, "abc[\"a\",\"b\"]")
ROW("J3: EVENT, empty array", "2[]", SIO_OK, SIO_PAYLOAD, SIO_EVENT, 0, "/", -1,
    "[]")
ROW("J3: EVENT, name is null", "2[null]", SIO_OK, SIO_PAYLOAD, SIO_EVENT, 0,
    "/", -1, "[null]")
ROW("J3: EVENT, name is an array", "2[[]]", SIO_OK, SIO_PAYLOAD, SIO_EVENT, 0,
    "/", -1, "[[]]")
ROW("J3: EVENT, name is a boolean", "2[true]", SIO_OK, SIO_PAYLOAD, SIO_EVENT,
    0, "/", -1, "[true]")
ROW("J3: EVENT, name is a number", "2[5]", SIO_OK, SIO_OK, SIO_EVENT, 0, "/",
    -1, "[5]")
ROW("J3: EVENT, name is 1.5", "2[1.5]", SIO_OK, SIO_OK, SIO_EVENT, 0, "/", -1,
    "[1.5]")
ROW("J3: EVENT, string", "2\"a\"", SIO_OK, SIO_PAYLOAD, SIO_EVENT, 0, "/", -1,
    "\"a\"")
ROW("J3: EVENT, null", "2null", SIO_OK, SIO_PAYLOAD, SIO_EVENT, 0, "/", -1,
    "null")
ROW("J3: BINARY_EVENT, object", "51-{}", SIO_OK, SIO_PAYLOAD, SIO_BINARY_EVENT,
    1, "/", -1, "{}")
ROW("J3: BINARY_EVENT alone", "51-", SIO_OK, SIO_PAYLOAD, SIO_BINARY_EVENT, 1,
    "/", -1, "")
ROW("J3: CONNECT, array", "0[]", SIO_OK, SIO_PAYLOAD, SIO_CONNECT, 0, "/", -1,
    "[]")
ROW("J3: CONNECT, null", "0null", SIO_OK, SIO_PAYLOAD, SIO_CONNECT, 0, "/", -1,
    "null")
ROW("J3: CONNECT, string", "0\"\"", SIO_OK, SIO_PAYLOAD, SIO_CONNECT, 0, "/",
    -1, "\"\"")
ROW("J3: DISCONNECT, object", "1{}", SIO_OK, SIO_PAYLOAD, SIO_DISCONNECT, 0,
    "/", -1, "{}")
ROW("J3: DISCONNECT, null", "1null", SIO_OK, SIO_PAYLOAD, SIO_DISCONNECT, 0,
    "/", -1, "null")
ROW("J3: ACK, object", "31{}", SIO_OK, SIO_PAYLOAD, SIO_ACK, 0, "/", 1, "{}")
ROW("J3: CONNECT_ERROR, array", "4[]", SIO_OK, SIO_PAYLOAD, SIO_CONNECT_ERROR,
    0, "/", -1, "[]")
ROW("J4: connect", "2[\"connect\"]", SIO_OK, SIO_RESERVED, SIO_EVENT, 0, "/",
    -1, "[\"connect\"]")
ROW("J4: connect_error", "2[\"connect_error\"]", SIO_OK, SIO_RESERVED,
    SIO_EVENT, 0, "/", -1, "[\"connect_error\"]")
ROW("J4: disconnect", "2[\"disconnect\",1]", SIO_OK, SIO_RESERVED, SIO_EVENT, 0,
    "/", -1, "[\"disconnect\",1]")
ROW("J4: disconnecting", "2[\"disconnecting\"]", SIO_OK, SIO_RESERVED,
    SIO_EVENT, 0, "/", -1, "[\"disconnecting\"]")
ROW("J4: newListener", "2[\"newListener\"]", SIO_OK, SIO_RESERVED, SIO_EVENT, 0,
    "/", -1, "[\"newListener\"]")
ROW("J4: removeListener", "2[\"removeListener\"]", SIO_OK, SIO_RESERVED,
    SIO_EVENT, 0, "/", -1, "[\"removeListener\"]")
ROW("J4: compared after decoding", "2[\"conn\\u0065ct\"]", SIO_OK, SIO_RESERVED,
    SIO_EVENT, 0, "/", -1, "[\"conn\\u0065ct\"]")
ROW("J4: in a BINARY_EVENT", "51-[\"connect\"]", SIO_OK, SIO_RESERVED,
    SIO_BINARY_EVENT, 1, "/", -1, "[\"connect\"]")
ROW("J4: case counts", "2[\"Connect\"]", SIO_OK, SIO_OK, SIO_EVENT, 0, "/", -1,
    "[\"Connect\"]")
ROW("J4: an argument may be called so", "2[\"a\",\"connect\"]", SIO_OK, SIO_OK,
    SIO_EVENT, 0, "/", -1, "[\"a\",\"connect\"]")
ROW("J2: a space before the id", "2 1[\"a\"]", SIO_OK, SIO_JSON, SIO_EVENT, 0,
    "/", -1, " 1[\"a\"]")
ROW("J2: JSON cut", "2[\"a\"", SIO_OK, SIO_JSON, SIO_EVENT, 0, "/", -1,
    "[\"a\"")
ROW("J2: something behind the JSON", "2[\"a\"]x", SIO_OK, SIO_JSON, SIO_EVENT,
    0, "/", -1, "[\"a\"]x")
ROW("J2: nsp without a slash", "2admin,[\"a\"]", SIO_OK, SIO_JSON, SIO_EVENT, 0,
    "/", -1, "admin,[\"a\"]")
ROW("\\u0000 in an argument", "2[\"a\",\"\\u0000\"]", SIO_OK, SIO_JSON,
    SIO_EVENT, 0, "/", -1, "[\"a\",\"\\u0000\"]")

#undef BAD

#!/usr/bin/env python3
"""smpp_dump as people and scripts run it: smpp_dump_test.py SMPP_DUMP SMPP_TEST

SMPP_TEST writes the trace that is read here."""

import json
import os
import struct
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True  # the folder is of sources

import captures  # noqa: E402
from captures import CLIENT, FIN, RST, SERVER, SYN, tcp  # noqa: E402

SMPP_DUMP, SMPP_TEST = sys.argv[1], sys.argv[2]


def run(*arguments, given=b""):
    octets = given.encode() if isinstance(given, str) else given
    return subprocess.run([SMPP_DUMP, *arguments], input=octets, capture_output=True, timeout=60,
                          check=False)


def objects(done):
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def string(text):
    return text.encode().hex() + "00"


def pdu(command, body="", status=0, sequence=1):
    body = body.replace(" ", "")
    head = struct.pack(">IIII", 16 + len(body) // 2, command, status, sequence)
    return head.hex() + body


def sm(text="", esm_class=0, data_coding=0, service_type="", tlvs=""):
    """The body of a submit_sm or deliver_sm; `text` in hexadecimal."""
    return (string(service_type) + "0500" + string("ACME") + "0101" + string("46701") +
            f"{esm_class:02x}" + "0000" + "0000" + "01" + "00" + f"{data_coding:02x}" + "00" +
            f"{len(text) // 2:02x}" + text + tlvs)


SUBMIT_SM, SUBMIT_SM_RESP, DELIVER_SM, DATA_SM = 4, 0x80000004, 5, 0x103
ENQUIRE_LINK, SUBMIT_MULTI = 0x15, 0x21
ENQUIRY = pdu(ENQUIRE_LINK, sequence=7)
RECEIPT = ("id:0123456789 sub:001 dlvrd:001 submit date:2601312359 done date:2601312358 "
           "stat:DELIVRD err:000 text:Hello")
RECEIPT_FIELDS = {"id": "0123456789", "sub": "001", "dlvrd": "001", "submit_date": "2601312359",
                  "done_date": "2601312358", "stat": "DELIVRD", "err": "000", "text": "Hello"}
# One of each, as the encoder writes it.
WELL_FORMED = [
    pdu(9, string("shop") + string("secret") + string("") + "34 00 00" + string("^46")),
    pdu(2, string("") * 3 + "34 00 00" + string("")),
    pdu(1, string("") * 3 + "50 01 02" + string("")),
    pdu(0x80000009, string("smsc") + "0210 0001 34"),
    pdu(0x80000002, status=0x0E),
    pdu(0x80000001, string("")),
    pdu(0x0B, string("smsc") + string("pw")),
    pdu(6), pdu(0x80000006), pdu(0x15), pdu(0x80000015), pdu(0x80000000, status=3),
    pdu(SUBMIT_SM, sm("68656c6c6f")),
    pdu(SUBMIT_SM, sm(tlvs="0424 0002 6869 1401 0003 010203 0204 0002 beef")),
    pdu(SUBMIT_SM, sm("61" * 254, service_type="CMT")),
    pdu(SUBMIT_SM_RESP, string("id-1")), pdu(SUBMIT_SM_RESP, status=0x58),
    pdu(DELIVER_SM, sm("68", 4)), pdu(0x80000005, "00"),
    pdu(DATA_SM, string("") + "0102" + string("10") + "0304" + string("20") +
        "050607 0424 0001 78"),
    pdu(0x80000103, string("7") + "0425 0001 01", status=0xFE),
    pdu(SUBMIT_MULTI, "00 0000 3400 02 01 01 02 353500 02 6c69737400 00 00 00 00 00"
        "00 00 00 00 01 6d"),
    pdu(0x80000021, string("9") + "01 01 02 353500 0000000b"),
    pdu(3, string("9") + "0102" + string("46")),
    pdu(0x80000003, string("9") + string("261121091530000+") + "02 fe"),
    pdu(8, string("S") + string("9") + "0000 3400 0001 3500"), pdu(0x80000008, status=0x11),
    pdu(7, string("9") + "0000 3400 00 00 01 02 03 6e6577"), pdu(0x80000007),
    pdu(0x102, "0102 343600 0304 313200 0422 0001 00"),
    pdu(0x111, string("CBS") + "0102 343600 3900 03 00 00 01 08 04 0604 0002 0102"),
    pdu(0x80000111, string("9") + "0607 0004 0000000b"),
    pdu(0x112, string("9") + "0102 343600 0204 0002 beef"),
    pdu(0x80000112, string("9") + "0427 0001 02"),
    pdu(0x113, string("CBS") + string("9") + "0102 343600"), pdu(0x80000113),
]


class Test(unittest.TestCase):
    maxDiff = None

    def shown(self, done, status=0):
        self.assertEqual(done.returncode, status, done)
        return objects(done)

    def one(self, *arguments, given=b"", status=0):
        found = self.shown(run(*arguments, given=given), status)
        self.assertEqual(len(found), 1, found)
        return found[0]


class Pdu(Test):
    def test_fields_have_the_names_of_the_specification(self):
        self.assertEqual(self.one("pdu", pdu(SUBMIT_SM, sm("68656c6c6f"), sequence=0x01020304)), {
            "line": 1, "command": "submit_sm", "command_status": 0,
            "command_status_name": "ESME_ROK", "sequence_number": 0x01020304,
            "fields": {"service_type": "", "source_addr_ton": 5, "source_addr_npi": 0,
                       "source_addr": "ACME", "dest_addr_ton": 1, "dest_addr_npi": 1,
                       "destination_addr": "46701", "esm_class": 0, "protocol_id": 0,
                       "priority_flag": 0, "schedule_delivery_time": "", "validity_period": "",
                       "registered_delivery": 1, "replace_if_present_flag": 0, "data_coding": 0,
                       "sm_default_msg_id": 0, "sm_length": 5, "short_message_hex": "68656c6c6f"},
            "tlvs": [], "text": "hello"})

    def test_fields_stand_in_the_order_of_the_wire(self):
        fields = self.one("pdu", pdu(0x80000003, string("9") + "00 02 fe"))["fields"]
        self.assertEqual(list(fields), ["message_id", "final_date", "message_state", "error_code"])

    def test_a_line_is_a_stream(self):
        found = self.shown(run("pdu", given=f"{ENQUIRY}{pdu(6, sequence=8)}\n{pdu(0x80000006)}\n"))
        self.assertEqual([(one["line"], one["command"], one["sequence_number"]) for one in found],
                         [(1, "enquire_link", 7), (1, "unbind", 8), (2, "unbind_resp", 1)])

    def test_hexadecimal_may_be_spaced_and_of_either_case(self):
        spaced = " ".join(ENQUIRY[at:at + 8].upper() for at in range(0, 32, 8))
        for line in (spaced, spaced.lower(), ENQUIRY + "\r", "\t" + ENQUIRY, ":".join(
                ENQUIRY[at:at + 2] for at in range(0, 32, 2))):
            self.assertEqual(self.one("pdu", given=line + "\n")["command"], "enquire_link")

    def test_empty_lines_and_comments_are_passed_over_and_counted(self):
        self.assertEqual(self.one("pdu", given=f"\n   \n# the last one\n{ENQUIRY}")["line"], 4)

    def test_arguments_are_files_or_hexadecimal(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "pdus")
            with open(path, "w", encoding="ascii") as file:
                file.write(f"\n{ENQUIRY}\n")
            found = self.shown(run("pdu", path, pdu(6), pdu(0x80000006)))
        self.assertEqual([(one["line"], one["command"]) for one in found],
                         [(2, "enquire_link"), (2, "unbind"), (3, "unbind_resp")])

    def test_nothing_in_nothing_out(self):
        self.assertEqual(self.shown(run("pdu")), [])

    def test_a_bad_line_does_not_stop_the_others(self):
        found = self.shown(run("pdu", given=f"xyz\n{ENQUIRY}\n123\n{ENQUIRY}\n"), status=1)
        self.assertEqual(found[0], {"line": 1, "error": "character 1: not a hexadecimal digit"})
        self.assertEqual(found[2], {"line": 3, "error": "an odd number of hexadecimal digits"})
        self.assertEqual([one["line"] for one in found if one.get("command")], [2, 4])

    def test_every_truncation_is_incomplete(self):
        for whole in (ENQUIRY, pdu(SUBMIT_SM, sm("6869", tlvs="0204 0002 beef")),
                      pdu(SUBMIT_MULTI, "00 0000 3400 01 01 01 02 353500" + "00" * 10)):
            for octets in range(1, len(whole) // 2):
                cut = whole[:2 * octets]
                with self.subTest(cut):
                    found = self.shown(run("pdu", cut), status=1)[-1]
                    self.assertTrue(found["error"].startswith(f"incomplete: octet {octets}: "))
                    self.assertEqual("command" in found, octets >= 16)

    def test_a_body_that_ends_too_early_is_incomplete_at_an_octet(self):
        for octets in range(17, 16 + len(sm("6869")) // 2):
            cut = sm("6869")[:2 * (octets - 16)]
            found = self.one("pdu", pdu(SUBMIT_SM, cut), status=1)
            self.assertRegex(found["error"], r"^(incomplete: )?octet \d+, \w+: ")
            self.assertLessEqual(int(found["error"].split("octet ")[1].split(",")[0]), octets)
        self.assertEqual(self.one("pdu", pdu(SUBMIT_SM, "00 05"), status=1)["error"],
                         "incomplete: octet 18, source_addr_npi: the PDU ends inside a field")

    def test_fields_before_the_bad_one_are_there(self):
        found = self.one("pdu", pdu(SUBMIT_SM, string("CMT") + "0500" + "41" * 30 + "00"), status=1)
        self.assertEqual(found["fields"],
                         {"service_type": "CMT", "source_addr_ton": 5, "source_addr_npi": 0})
        self.assertRegex(found["error"], "^octet [0-9]+, source_addr: a field is longer")

    def test_what_follows_a_bad_body_is_read(self):
        found = self.shown(run("pdu", pdu(SUBMIT_SM, "00") + ENQUIRY), status=1)
        self.assertIn("error", found[0])
        self.assertEqual(found[1]["command"], "enquire_link")

    def test_an_unknown_command(self):
        found = self.shown(run("pdu", pdu(0x99, "0102") + ENQUIRY), status=1)
        self.assertEqual(found[0]["command"], "0x00000099")
        self.assertEqual(found[0]["body_hex"], "0102")
        self.assertEqual(found[0]["error"], "octet 4, command_id: the command is unknown")
        self.assertEqual(found[1]["command"], "enquire_link")

    def test_a_bad_command_length_loses_the_rest_of_the_line(self):
        given = f"{ENQUIRY}0000000f0000001500000000\n00020001{ENQUIRY[8:]}\n{ENQUIRY}\n"
        found = self.shown(run("pdu", given=given), status=1)
        self.assertEqual([one["line"] for one in found], [1, 1, 2, 3])
        self.assertEqual(found[1]["error"],
                         "octet 0, command_length: 15 is less than a header of 16 octets")
        self.assertEqual(found[2]["error"],
                         "octet 0, command_length: 131073 is more than 131072 (see --max)")

    def test_the_longest_pdu_that_is_believed(self):
        self.one("pdu", "--max", "16", ENQUIRY)
        self.one("pdu", "--max", "16", pdu(SUBMIT_SM, sm()), status=1)
        long = pdu(SUBMIT_SM, sm(tlvs="0424 ffff" + "61" * 65535 + "1401 ffff" + "62" * 65535))
        self.one("pdu", given=long, status=1)
        found = self.one("pdu", "--max", "200000", given=long)
        self.assertEqual(found["text"], "a" * 65535)

    def test_statuses_have_names(self):
        found = self.one("pdu", pdu(SUBMIT_SM_RESP, status=0x58))
        self.assertEqual((found["command_status"], found["command_status_name"]),
                         (0x58, "ESME_RTHROTTLED"))
        found = self.one("pdu", pdu(SUBMIT_SM_RESP, status=0x400))
        self.assertEqual(found["command_status"], 0x400)

    def test_a_response_may_lack_its_body(self):
        for command in (SUBMIT_SM_RESP, 0x80000009, 0x80000005, 0x80000103):
            found = self.one("pdu", pdu(command, status=8))
            self.assertEqual((found["fields"], found["tlvs"]), ({}, []))

    def test_tlvs_stand_in_the_order_of_the_wire_unknown_ones_too(self):
        tlvs = "1401 0000 0204 0002 1234 3fff 0001 ff 0204 0002 5678 020c 0002 0001"
        self.assertEqual(self.one("pdu", pdu(SUBMIT_SM, sm(tlvs=tlvs)))["tlvs"], [
            {"tag": "0x1401", "name": None, "hex": ""},
            {"tag": "0x0204", "name": "user_message_reference", "hex": "1234"},
            {"tag": "0x3FFF", "name": None, "hex": "ff"},
            {"tag": "0x0204", "name": "user_message_reference", "hex": "5678"},
            {"tag": "0x020C", "name": "sar_msg_ref_num", "hex": "0001"}])

    def test_tlvs_that_are_not_whole(self):
        for tlvs in ("02", "020400", "0204 0003 1234"):
            found = self.one("pdu", pdu(SUBMIT_SM, sm("68", tlvs=tlvs)), status=1)
            self.assertEqual(found["fields"]["short_message_hex"], "68")
            self.assertIn("octet 43, tlvs: ", found["error"])

    def test_lists_of_submit_multi(self):
        numbers = "01 0102" + string("55") + "02" + string("list")
        body = "00 0000 3400 02" + numbers + "00" * 5 + "00000000 01 6d"
        fields = self.one("pdu", pdu(SUBMIT_MULTI, body))["fields"]
        self.assertEqual(fields["number_of_dests"], 2)
        self.assertEqual(fields["dest_address"], [
            {"dest_flag": 1, "dest_addr_ton": 1, "dest_addr_npi": 2, "destination_addr": "55"},
            {"dest_flag": 2, "dl_name": "list"}])
        fields = self.one("pdu", pdu(0x80000021, string("9") + "01 0102 353500 0000000b"))["fields"]
        self.assertEqual(fields, {
            "message_id": "9", "no_unsuccess": 1,
            "unsuccess_sme": [{"dest_addr_ton": 1, "dest_addr_npi": 2, "destination_addr": "55",
                               "error_status_code": 11}]})

    def test_octets_that_are_no_text_are_shown_as_latin1(self):
        found = self.one("pdu", pdu(SUBMIT_SM_RESP, "e9ff2200"))
        self.assertEqual(found["fields"]["message_id"], "éÿ\"")

    def text(self, *arguments, **keywords):
        return self.one("pdu", pdu(SUBMIT_SM, sm(*arguments, **keywords))).get("text")

    def test_text_is_decoded(self):
        self.assertEqual(self.text("68001b65"), "h@€")
        self.assertEqual(self.text("0416d83dde00", data_coding=8), "Ж😀")
        self.assertEqual(self.text("e9", data_coding=3), "é")
        self.assertEqual(self.text("00ff", data_coding=4), "00ff")
        self.assertEqual(self.text(tlvs="0424 0002 6869"), "hi")
        self.assertIsNone(self.text())

    def test_text_begins_behind_its_header(self):
        self.assertEqual(self.text("050003010201" + "68", 0x40), "h")
        self.assertEqual(self.text("06080400010201" + "0416", 0x40, 8), "Ж")
        self.assertEqual(self.text("09" + "68", 0x40), "Çh", "the header is broken")

    def test_text_in_national_tables(self):
        self.assertEqual(self.text("03240101" + "1b67", 0x40), "ğ")
        self.assertEqual(self.text("03250101" + "07", 0x40), "ı")
        self.assertEqual(self.text("06240103250103" + "1b05" + "40", 0x40), "êÍ")
        self.assertEqual(self.text("03240109" + "1b65", 0x40), "€", "an unknown language")

    def test_receipts_in_deliver_sm_and_data_sm(self):
        body = sm(RECEIPT.encode().hex(), 4, tlvs="001e 0004 61626300 0427 0001 02")
        found = self.one("pdu", pdu(DELIVER_SM, body))
        self.assertEqual((found["receipt"], found["text"]), (RECEIPT_FIELDS, RECEIPT))
        ucs2 = RECEIPT.encode("utf-16-be").hex()
        payload = f"0424{len(ucs2) // 2:04x}" + ucs2
        found = self.one("pdu", pdu(DELIVER_SM, sm("", 4, 8, tlvs=payload)))
        self.assertEqual(found["receipt"], RECEIPT_FIELDS)
        data = string("") + "0102" + string("10") + "0304" + string("20") + "040000"
        found = self.one("pdu", pdu(DATA_SM, data + "001e 0003 616263 0427 0001 05"))
        self.assertEqual(found["receipt"], {**dict.fromkeys(RECEIPT_FIELDS), "id": "abc",
                                            "stat": "UNDELIV"})

    def test_receipts_nowhere_else(self):
        self.assertNotIn("receipt", self.one("pdu", pdu(SUBMIT_SM, sm(RECEIPT.encode().hex()))))
        self.assertNotIn("receipt", self.one("pdu", pdu(DELIVER_SM, sm("6869", 4))))

    def test_reencode_gives_what_came_in(self):
        for hex_digits in WELL_FORMED:
            found = self.one("pdu", "--reencode", hex_digits)
            self.assertEqual(found["hex"], hex_digits.replace(" ", ""))
            self.assertNotIn("hex", self.one("pdu", hex_digits))

    def test_reencode_says_what_the_encoder_makes_of_the_rest(self):
        odd = pdu(SUBMIT_SM, sm("68", tlvs="00" + "0204 0002 beef"))  # a NUL too many
        self.assertEqual(self.one("pdu", "--reencode", odd)["hex"],
                         pdu(SUBMIT_SM, sm("68", tlvs="0204 0002 beef")))
        long = pdu(SUBMIT_SM, sm(service_type="LONGTYPE"))
        found = self.one("pdu", "--reencode", "--lenient", long, status=1)
        self.assertNotIn("hex", found)
        self.assertRegex(found["error"], "^cannot be encoded: a field is longer")
        self.assertNotIn("hex", self.one("pdu", "--reencode", pdu(SUBMIT_SM, "00"), status=1))

    def test_lenient_accepts_what_carriers_send(self):
        for body in (sm(service_type="LONGTYPE"), sm("61" * 255)):
            self.assertIn("error", self.one("pdu", pdu(SUBMIT_SM, body), status=1))
            self.assertNotIn("error", self.one("pdu", "--lenient", pdu(SUBMIT_SM, body)))
        unterminated = pdu(SUBMIT_SM_RESP, "6964")
        self.assertIn("octet 16, message_id: ", self.one("pdu", unterminated, status=1)["error"])
        found = self.one("pdu", "--lenient", unterminated)
        self.assertEqual(found["fields"], {"message_id": "id"})


SUBMIT = bytes.fromhex(pdu(SUBMIT_SM, sm("68656c6c6f"), sequence=2))
ENQUIRE = bytes.fromhex(ENQUIRY)
STREAM = ENQUIRE + SUBMIT + ENQUIRE
KINDS = ["enquire_link", "submit_sm", "enquire_link"]


def segments(*lengths, start=1000, octets=STREAM):
    """The packets of a stream that is cut into pieces of these lengths, and the rest."""
    packets, at = [], 0
    for length in [*lengths, len(octets)]:
        if octets[at:at + length]:
            packets.append(tcp(octets[at:at + length], start + at))
        at += length
    return packets


class Capture(Test):
    def read(self, packets, status=0, link=captures.ETHERNET, made_by=captures.pcap, **keywords):
        return self.shown(run("pdu", given=made_by(packets, link, **keywords)), status)

    def kinds(self, packets, **keywords):
        return [one["command"] for one in self.read(packets, **keywords)]

    def test_every_form_of_file(self):
        for order in "<>":
            for magic in (0xA1B2C3D4, 0xA1B23C4D):
                self.assertEqual(self.kinds(segments(), order=order, magic=magic), KINDS)
            self.assertEqual(self.kinds(segments(), made_by=captures.pcapng, order=order), KINDS)

    def test_every_link_layer(self):
        v6 = [tcp(STREAM, 1, ("2001:db8:0:0:0:0:0:1", 40000), ("2001:db8:0:0:0:0:0:2", 2775))]
        for link in (captures.ETHERNET, captures.RAW, captures.NULL, captures.LOOP,
                     captures.LINUX_COOKED):
            self.assertEqual(self.kinds(segments(), link=link), KINDS)
            self.assertEqual(self.kinds(v6, link=link), KINDS)

    def test_who_said_it_and_in_which_packet(self):
        found = self.read([tcp(ENQUIRE, 1), tcp(ENQUIRE, 500, SERVER, CLIENT)])
        self.assertEqual([(one["line"], one["from"], one["to"]) for one in found],
                         [(1, "192.0.2.1:40000", "192.0.2.2:2775"),
                          (2, "192.0.2.2:2775", "192.0.2.1:40000")])
        found = self.read([tcp(ENQUIRE, 1, ("2001:db8:0:0:0:0:0:1", 1), ("0:0:0:0:0:0:0:1", 2775))])
        self.assertEqual((found[0]["from"], found[0]["to"]), ("[2001:db8::1]:1", "[::1]:2775"))

    def test_a_stream_may_be_cut_anywhere(self):
        start = [tcp(b"", 999, flags=SYN)]
        for cut in range(1, len(STREAM)):
            self.assertEqual(self.kinds(start + segments(cut)), KINDS, cut)
        self.assertEqual(self.kinds(start + segments(*[1] * len(STREAM))), KINDS)

    def test_segments_out_of_order(self):
        first, *others = segments(20, 20, 20)
        for later in ([2, 1, 0], [1, 2, 0], [0, 2, 1], [1, 0, 2]):
            packets = [first] + [others[at] for at in later]
            self.assertEqual(self.kinds(packets), KINDS, later)
        # Behind a SYN the first may come late, too.
        self.assertEqual(self.kinds([tcp(b"", 999, flags=SYN), *others, first]), KINDS)

    def test_segments_that_come_again(self):
        first, second, third = segments(20, 20)
        self.assertEqual(self.kinds([first, first, second, first, third, second, third]), KINDS)
        overlap = [first, tcp(STREAM[10:50], 1010), tcp(STREAM[30:], 1030)]
        self.assertEqual(self.kinds(overlap), KINDS)
        early = [first, third, third, tcp(STREAM[40:44], 1040), second]
        self.assertEqual(self.kinds(early), KINDS)
        longer = [first, tcp(STREAM[40:44], 1040), third, second]
        self.assertEqual(self.kinds(longer), KINDS)
        keep_alive = [first, tcp(b"\0", 1019), second, third]
        self.assertEqual(self.kinds(keep_alive), KINDS)

    def test_sequence_numbers_wrap_around(self):
        for start in range(2**32 - len(STREAM), 2**32):
            packets = segments(20, 20, start=start)
            self.assertEqual(self.kinds(packets), KINDS, start)
            self.assertEqual(self.kinds([packets[0], packets[2], packets[1]]), KINDS, start)

    def test_a_segment_that_is_missing_is_an_error_and_it_goes_on_behind_it(self):
        first, _, third = segments(20, len(SUBMIT) - 4)
        found = self.read([first, third], status=1)
        self.assertEqual([one.get("command") for one in found],
                         ["enquire_link", None, "enquire_link"])
        self.assertEqual(found[1]["error"], f"{len(SUBMIT) - 4} octets were not captured")

    def test_two_holes(self):
        packets = [tcp(ENQUIRE, 1000), tcp(ENQUIRE, 1100), tcp(ENQUIRE, 1200)]
        found = self.read(packets, status=1)
        self.assertEqual([one.get("command", one.get("error")) for one in found], [
            "enquire_link", "84 octets were not captured",
            "enquire_link", "84 octets were not captured", "enquire_link"])

    def test_a_hole_where_sequence_numbers_wrap_around(self):
        packets = [tcp(ENQUIRE, 2**32 - 64), tcp(ENQUIRE, 32), tcp(ENQUIRE, 2**32 - 32)]
        found = self.read(packets, status=1)
        self.assertEqual([one.get("command", one.get("error")) for one in found], [
            "enquire_link", "16 octets were not captured",
            "enquire_link", "48 octets were not captured", "enquire_link"])

    def test_a_bad_length_is_an_error_and_it_begins_again_with_the_next_segment(self):
        lost = bytes.fromhex("0000000f") + bytes(12)
        first, bad, last = tcp(ENQUIRE, 1), tcp(lost, 17), tcp(ENQUIRE, 33)
        for packets in ([first, bad, last], [first, last, bad],
                        [first, last, tcp(ENQUIRE, 49), bad]):
            found = self.read(packets, status=1)
            self.assertEqual([one.get("command") for one in found[:3]],
                             ["enquire_link", None, "enquire_link"])
            self.assertIn("command_length: 15", found[1]["error"])
            self.assertEqual(len(found), len(packets))

    def test_a_capture_may_begin_in_the_middle(self):
        packets = [tcp(STREAM[20:30], 1020), tcp(STREAM[30:len(SUBMIT) + 16], 1030),
                   tcp(ENQUIRE, 1016 + len(SUBMIT))]
        self.assertEqual(self.kinds(packets), ["enquire_link"])

    def test_a_capture_may_end_in_the_middle(self):
        for ending in ([], [tcp(b"", 1040, flags=FIN)], [tcp(b"", 1040, flags=RST)]):
            found = self.read(segments(40)[:1] + ending, status=1)
            self.assertEqual([one["command"] for one in found], ["enquire_link", "submit_sm"])
            self.assertRegex(found[1]["error"], "^incomplete: octet 24: command_length is")

    def test_a_connection_may_follow_on_the_same_ports(self):
        packets = [tcp(b"", 999, flags=SYN), *segments(), tcp(b"", 1000 + len(STREAM), flags=FIN),
                   tcp(b"", 5, flags=SYN), *segments(start=6)]
        self.assertEqual(self.kinds(packets), KINDS * 2)

    def test_connections_do_not_mix(self):
        other = ("192.0.2.1", 40001)
        packets = [tcp(STREAM[:20], 1), tcp(STREAM[:30], 1, other), tcp(STREAM[20:], 21),
                   tcp(STREAM[30:], 31, other)]
        self.assertEqual(sorted(self.kinds(packets)), sorted(KINDS * 2))

    def test_other_ports_count_where_it_looks_like_smpp(self):
        server = ("192.0.2.2", 9999)
        self.assertEqual(self.kinds([tcp(STREAM, 1, CLIENT, server)]), KINDS)

    def test_other_protocols_are_passed_over(self):
        web = ("192.0.2.2", 80)
        start = tcp(b"", 0, CLIENT, web, flags=SYN)
        request = tcp(b"GET / HTTP/1.1\r\n\r\n", 1, CLIENT, web)
        for packets in ([start, request], [request], [start, tcp(b"hello", 1, CLIENT, web)],
                        [start, tcp(b"behind a hole, and long", 50, CLIENT, web)],
                        [start, tcp(b"hi", 1, CLIENT, web), tcp(b"behind a hole", 9, CLIENT, web)]):
            self.assertEqual(self.read(packets), [])
        udp = bytearray(tcp(STREAM, 1))
        udp[9] = 17
        fragment = bytearray(tcp(STREAM, 1))
        fragment[7] = 1
        short = tcp(STREAM, 1)[:30]
        self.assertEqual(self.read([bytes(udp), bytes(fragment), short]), [])

    def test_padding_of_ethernet_is_not_part_of_it(self):
        packets = [tcp(b"", 999, flags=SYN, padding=bytes(6)), tcp(ENQUIRE, 1000, padding=b"\xff"),
                   tcp(b"", 1016, padding=bytes(6)), tcp(SUBMIT, 1016)]
        self.assertEqual(self.kinds(packets), ["enquire_link", "submit_sm"])

    def test_vlan_tags(self):
        octets = bytes(12) + b"\x81\x00\x00\x05\x08\x00" + tcp(STREAM, 1)
        file = captures.pcap([]) + struct.pack("<IIII", 0, 0, len(octets), len(octets)) + octets
        self.assertEqual([one["command"] for one in self.shown(run("pdu", given=file))], KINDS)

    def test_a_bad_body_does_not_stop_the_rest(self):
        packets = [tcp(bytes.fromhex(pdu(SUBMIT_SM, "00")) + ENQUIRE, 1)]
        found = self.read(packets, status=1)
        self.assertIn("error", found[0])
        self.assertEqual(found[1]["command"], "enquire_link")

    def test_a_file_that_breaks_off_is_an_error(self):
        whole = captures.pcap(segments(20))
        for cut in (3, 10, 23, len(whole) - 1):
            found = self.shown(run("pdu", given=whole[:cut]), status=1)
            self.assertIn("standard input: ", found[-1]["error"])
        self.assertEqual(found[0]["command"], "enquire_link")

    def test_an_unknown_link_layer_is_an_error(self):
        found = self.one("pdu", given=struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 105),
                         status=1)
        self.assertIn("link type 105", found["error"])

    def test_captures_as_files(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "one.pcap")
            with open(path, "wb") as file:
                file.write(captures.pcap(segments()))
            self.assertEqual([one["command"] for one in self.shown(run("pdu", path))], KINDS)

    def test_a_trace_of_our_own(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "trace.pcap")
            subprocess.run([SMPP_TEST, "--gtest_filter=*.HasEveryPduOfASessionOverTls"],
                           env={**os.environ, "TRACE_FILE": path}, check=True, timeout=60,
                           stdout=subprocess.DEVNULL)
            found = self.shown(run("pdu", path))
        self.assertEqual(found[0]["command"], "bind_transceiver")
        self.assertEqual(found[0]["fields"]["password"], "******")
        self.assertRegex(found[0]["from"], r"^127\.0\.0\.1:\d+$")
        self.assertEqual(found[0]["from"], found[1]["to"])
        self.assertIn("hello", [one.get("text") for one in found])
        self.assertEqual(len(found), 8)


class Receipt(Test):
    def test_fields_are_exactly_as_found(self):
        self.assertEqual(self.one("receipt", given=RECEIPT + "\n"), {"line": 1, **RECEIPT_FIELDS})
        odd = "id:00aB-9 sub:1 dlvrd:0 submit date:20260131235959 stat:undeliv err:21b Text:ü"
        self.assertEqual(self.one("receipt", given=odd), {
            "line": 1, "id": "00aB-9", "sub": "1", "dlvrd": "0", "submit_date": "20260131235959",
            "done_date": None, "stat": "undeliv", "err": "21b", "text": "ü"})

    def test_what_is_absent_is_null_and_what_is_empty_is_empty(self):
        self.assertEqual(self.one("receipt", given="id:1 err: stat:DELIVRD"), {
            "line": 1, **dict.fromkeys(RECEIPT_FIELDS), "id": "1", "err": "", "stat": "DELIVRD"})

    def test_octets_that_are_not_utf8_are_latin1(self):
        found = self.one("receipt", given=b"id:1 stat:DELIVRD text:\xe9\xff")
        self.assertEqual(found["text"], "éÿ")

    def test_a_bad_line_does_not_stop_the_others(self):
        found = self.shown(run("receipt", given=f"{RECEIPT}\r\n\nno receipt\n{RECEIPT}"), status=1)
        self.assertEqual([(one["line"], "error" in one) for one in found],
                         [(1, False), (3, True), (4, False)])
        self.assertEqual(list(found[1]), ["line", "error"])
        self.assertEqual(found[0]["text"], "Hello")

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "receipts")
            with open(path, "w", encoding="ascii") as file:
                file.write(RECEIPT)
            self.assertEqual(len(self.shown(run("receipt", path, path))), 2)
            self.assertEqual(run("receipt", os.path.join(folder, "none")).returncode, 2)
            self.assertEqual(run("receipt", folder).returncode, 2)


class Text(Test):
    def expect(self, way, charset, given, wanted, *options):
        done = run("text", way, "--charset", charset, *options, given=given + "\n")
        self.assertEqual((done.stdout.decode(), done.returncode), (wanted + "\n", 0), done.stderr)

    def both(self, charset, text, octets, *options):
        self.expect("--encode", charset, text, octets, *options)
        self.expect("--decode", charset, octets, text, *options)

    def refuse(self, way, charset, given, why, *options):
        done = run("text", way, "--charset", charset, *options, given=f"{given}\n\n".encode())
        self.assertEqual((done.stdout.decode(), done.returncode), ("\n\n", 1))
        self.assertEqual(done.stderr.decode(), f"smpp_dump: line 1: {why}\n")

    lacks = "a character that the character set lacks, or not UTF-8"

    def test_gsm7(self):
        self.both("gsm7", "@£$¥èéùìòÇ", "00010203040506070809")
        self.both("gsm7", "Hello [€]", "48656c6c6f201b3c1b651b3e")
        self.both("gsm7", "", "")
        self.expect("--decode", "gsm7", "1B 1B", " ")
        self.refuse("--encode", "gsm7", "Ж", self.lacks)
        self.refuse("--decode", "gsm7", "4180", "octet 1: above 7f, so not a septet")

    def test_gsm7_is_the_default(self):
        self.assertEqual(run("text", "--encode", "@").stdout, b"00\n")

    def test_gsm7_packed(self):
        self.both("gsm7-packed", "hellohello", "e8329bfd4697d9ec37")
        self.both("gsm7-packed", "test text", "f4f29c0ea297f174")
        self.both("gsm7-packed", "abcdefg", "61f1985c369f1b")
        # Without the carriage return nobody can tell that there are only seven.
        self.expect("--decode", "gsm7-packed", "61f1985c369f01", "abcdefg@")
        self.both("gsm7-packed", "A" * 8, "c16030180c0683")
        self.both("gsm7-packed", "A", "82", "--fill", "1")
        # libosmocore's ends in 00: its decoder is told how many septets there are.
        self.both("gsm7-packed", " this is a second testmessage. end here.",
                  "4074747a0e4acf4161d0bc3c7ebbc9207a794e6f97e7f3f0b9ec0295dd6410ba2c2fbb1a",
                  "--fill", "1")

    def test_ucs2(self):
        self.both("ucs2", "Hé€😀", "004800e920acd83dde00")
        self.expect("--decode", "ucs2", "d83d", "\ufffd")
        self.refuse("--decode", "ucs2", "0041 00", "an odd number of octets is no UCS-2")

    def test_latin1(self):
        self.both("latin1", "Aé ÿ", "41e9a0ff".replace("a0", "20"))
        self.refuse("--encode", "latin1", "€", self.lacks)

    def test_national_tables(self):
        self.both("gsm7", "ğŞ", "1b671b53", "--single", "turkish")
        self.both("gsm7", "ıİ", "0740", "--locking", "turkish")
        self.both("gsm7", "áÁ€", "1b611b411b65", "--single", "spanish")
        self.both("gsm7", "ê∞", "0415", "--locking", "portuguese")
        self.both("gsm7", "êÂ", "041c", "--locking", "portuguese", "--single", "portuguese")
        self.refuse("--encode", "gsm7", "ğ", self.lacks, "--single", "spanish")

    def test_what_is_not_utf8_is_refused(self):
        for charset in ("gsm7", "gsm7-packed", "ucs2", "latin1"):
            done = run("text", "--encode", "--charset", charset, given=b"\xff\n")
            self.assertEqual((done.stdout, done.returncode), (b"\n", 1))

    def test_what_is_not_hexadecimal_is_refused(self):
        for charset in ("gsm7", "gsm7-packed", "ucs2", "latin1"):
            self.refuse("--decode", charset, "41 4g", "character 5: not a hexadecimal digit")
            self.refuse("--decode", charset, "414", "an odd number of hexadecimal digits")

    def test_a_bad_line_does_not_stop_the_others(self):
        done = run("text", "--encode", given="a\nЖ\nb\n")
        self.assertEqual((done.stdout, done.returncode), (b"61\n\n62\n", 1))
        self.assertIn(b"line 2", done.stderr)

    def test_arguments_are_texts(self):
        self.assertEqual(run("text", "--encode", "a b", "c").stdout, b"612062\n63\n")
        self.assertEqual(run("text", "--decode", "61", "62").stdout, b"a\nb\n")


class Parts(Test):
    def parts(self, text, *options):
        found = self.one("parts", *options, given=text + "\n")
        self.assertEqual(found["parts"], len(found["octets"]))
        return found["encoding"], found["octets"]

    def test_one_part(self):
        for concat in ("udh8", "udh16", "sar", "payload"):
            self.assertEqual(self.parts("", "--concat", concat), ("gsm7", [0]))
            self.assertEqual(self.parts("a" * 160, "--concat", concat), ("gsm7", [160]))
            self.assertEqual(self.parts("Ж" * 70, "--concat", concat), ("ucs2", [140]))
            self.assertEqual(self.parts("é" * 140, "--concat", concat, "--charset", "latin1"),
                             ("latin1", [140]))

    def test_udh8(self):
        self.assertEqual(self.parts("a" * 161), ("gsm7", [6 + 153, 6 + 8]))
        self.assertEqual(self.parts("a" * 306), ("gsm7", [159, 159]))
        self.assertEqual(self.parts("a" * 307), ("gsm7", [159, 159, 7]))
        self.assertEqual(self.parts("Ж" * 71), ("ucs2", [6 + 134, 6 + 8]))
        self.assertEqual(self.parts("Ж" * 134), ("ucs2", [140, 140]))
        self.assertEqual(self.parts("é" * 141, "--charset", "latin1"), ("latin1", [140, 13]))

    def test_udh16(self):
        wide = ("--concat", "udh16")
        self.assertEqual(self.parts("a" * 161, *wide), ("gsm7", [7 + 152, 7 + 9]))
        self.assertEqual(self.parts("a" * 304, *wide), ("gsm7", [159, 159]))
        self.assertEqual(self.parts("Ж" * 71, *wide), ("ucs2", [7 + 132, 7 + 10]))
        self.assertEqual(self.parts("é" * 141, *wide, "--charset", "latin1"),
                         ("latin1", [140, 15]))

    def test_sar(self):
        sar = ("--concat", "sar")
        self.assertEqual(self.parts("a" * 161, *sar), ("gsm7", [153, 8]))
        self.assertEqual(self.parts("Ж" * 71, *sar), ("ucs2", [134, 8]))
        self.assertEqual(self.parts("é" * 141, *sar, "--charset", "latin1"), ("latin1", [134, 7]))

    def test_payload(self):
        payload = ("--concat", "payload")
        self.assertEqual(self.parts("a" * 65535, *payload), ("gsm7", [65535]))
        found = self.one("parts", *payload, given="a" * 65536, status=1)
        self.assertIn("65535", found["error"])

    def test_an_escaped_character_is_not_cut(self):
        self.assertEqual(self.parts("a" * 159 + "€"), ("gsm7", [159, 6 + 8]))
        self.assertEqual(self.parts("a" * 152 + "€" + "a" * 20), ("gsm7", [158, 6 + 22]))
        self.assertEqual(self.parts("a" * 151 + "€" + "a" * 20), ("gsm7", [159, 6 + 20]))

    def test_a_surrogate_pair_is_not_cut(self):
        self.assertEqual(self.parts("Ж" * 66 + "😀" + "Ж" * 20), ("ucs2", [138, 6 + 44]))
        self.assertEqual(self.parts("Ж" * 65 + "😀" + "Ж" * 20), ("ucs2", [140, 6 + 40]))

    def test_national_tables_are_used_where_they_save_a_part(self):
        text = "a" * 100 + "ş"
        self.assertEqual(self.parts(text), ("ucs2", [140, 6 + 68]))
        self.assertEqual(self.parts(text, "--language", "spanish"), ("ucs2", [140, 6 + 68]))
        turkish = ("--language", "spanish", "--language", "turkish")
        self.assertEqual(self.parts(text, *turkish), ("gsm7", [4 + 102]))
        found = self.one("parts", *turkish, given=text + "\n")
        self.assertEqual((found["locking"], found["single"]), ("standard", "turkish"))
        self.assertEqual(self.parts("aş", *turkish), ("ucs2", [4]))

    def test_the_charset_may_be_fixed(self):
        self.assertEqual(self.parts("a" * 71, "--charset", "ucs2"), ("ucs2", [140, 14]))
        self.assertEqual(self.parts("a" * 71, "--charset", "gsm7"), ("gsm7", [71]))
        found = self.one("parts", "--charset", "gsm7", "Ж", status=1)
        self.assertEqual(found, {"line": 1, "error": Text.lacks})

    def test_more_than_255_parts_are_an_error(self):
        self.assertEqual(len(self.parts("a" * 153 * 255)[1]), 255)
        found = self.one("parts", given="a" * (153 * 255 + 1), status=1)
        self.assertEqual((found["parts"], found["error"]), (0, "more than 255 parts"))

    def test_a_bad_line_does_not_stop_the_others(self):
        found = self.shown(run("parts", given=b"a\n\xff\nb\n"), status=1)
        self.assertEqual([(one["line"], "error" in one) for one in found],
                         [(1, False), (2, True), (3, False)])


class Match(Test):
    def expect(self, submit, receipt, form):
        found = self.one("match", submit, receipt, status=0 if form else 1)
        self.assertEqual(found, {"match": form is not None, "form": form})

    def test_every_form(self):
        uuid = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
        self.expect("abc", "abc", "exact")
        self.expect("abcX", "ABCx", "letter_case")
        self.expect("0012ab", "12AB", "padding")
        self.expect(uuid, uuid.replace("-", "").upper(), "dashes")
        self.expect("1F", "31", "hex_to_decimal")
        self.expect("31", "1f", "decimal_to_hex")
        self.expect("FFFFFFFFFFFFFFFFFFFF", "1208925819614629174706175", "hex_to_decimal")
        self.expect("1F", "32", None)
        self.expect("abc", "", None)


class CommandLine(Test):
    def test_mistakes_are_status_2_and_say_why(self):
        for arguments in (
                [], ["nonsense"], ["--pdu"], ["pdu", "--nonsense"], ["pdu", "--max"],
                ["pdu", "--max", "many"], ["pdu", "--max", "-1"], ["pdu", "--max", "15"],
                ["pdu", "no such file"],
                ["pdu", "/"], ["pdu", "--lenient=1"], ["receipt", "no such file"],
                ["receipt", "--lenient"], ["text"], ["text", "--encode", "--decode"],
                ["text", "--encode", "--charset", "utf8"],
                ["text", "--encode", "--charset", "auto"],
                ["text", "--encode", "--locking", "klingon"], ["text", "--encode", "--single", ""],
                ["text", "--encode", "--fill", "7"], ["text", "--encode", "--fill", "-1"],
                ["parts", "--concat", "udh"], ["parts", "--charset", "gsm7-packed"],
                ["parts", "--reencode"], ["match"], ["match", "1"], ["match", "1", "2", "3"]):
            with self.subTest(arguments):
                done = run(*arguments)
                self.assertEqual((done.returncode, done.stdout), (2, b""))
                self.assertIn(b"smpp_dump: ", done.stderr)

    def test_usage_is_shown_to_who_asks(self):
        for arguments in (["--help"], ["-h"], ["help"], ["pdu", "--help"], ["match", "--help"]):
            done = run(*arguments)
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            for command in (b"pdu", b"receipt", b"text", b"parts", b"match"):
                self.assertIn(b"smpp_dump " + command, done.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

"""Lines as secretaries type them in haste, and what each must come to: counts, or a question. A wrong reading is the worst."""

import unicodedata
from collections.abc import Callable
from dataclasses import astuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.meetings.attendance_line import read_told
from bot.problems import Invalid
from bot.reading.words import fold, read_number
from tests.kit.lines import read_line

ASK = ()
"""A person would ask back too: the line leaves something open or contradicts itself."""
Row = tuple[str, tuple[int, ...]]

ABBREVIATED: list[Row] = [
    ("TS 28, CM 25, VP 2, VKP 1", (28, 25, 2, 1, 0)),
    ("ts 28 cm 25 vp 2 vkp 1", (28, 25, 2, 1, 0)),
    ("TS28 CM25 VP2 VKP1", (28, 25, 2, 1, 0)),
    ("TS: 28 - CM: 25 - VM: 3 (CP: 2, KP: 1)", (28, 25, 2, 1, 0)),
    ("T.S 28, C.M 25, V.P 3", (28, 25, 3, 0, 0)),
    ("SS 28 HD 25 V 3 CP", (28, 25, 3, 0, 0)),
    ("CM 25/28, VM 3 CP", (28, 25, 3, 0, 0)),
    ("cm 25/28 vcp 2 vkp 1", (28, 25, 2, 1, 0)),
    ("25/28 ĐV, v 3 CLD", (28, 25, 3, 0, 0)),
    ("25/28 ĐV, v 3 cld", (28, 25, 3, 0, 0)),
    ("25/28 vcld 2 vkld 1", (28, 25, 2, 1, 0)),
    ("26/28 cp 2", (28, 26, 2, 0, 0)),
    ("26/28 kp 2", (28, 26, 0, 2, 0)),
    ("26/28 2 ko phép", (28, 26, 0, 2, 0)),
    ("27/28 1 k phép", (28, 27, 0, 1, 0)),
    ("27/28 1 k lý do", (28, 27, 0, 1, 0)),
    ("v2p1kp", (28, 25, 2, 1, 0)),
    ("v 2p 1kp", (28, 25, 2, 1, 0)),
    ("25/28 v3p", (28, 25, 3, 0, 0)),
    ("25/28;v:3;p:2;k:1", (28, 25, 2, 1, 0)),
    ("tổng 28 có 25 vắng 3 p", (28, 25, 3, 0, 0)),
    ("tổng 28, có mặt 25, p 3", (28, 25, 3, 0, 0)),
    ("26 CT 2 DB, v 3p", (28, 25, 3, 0, 0)),
    ("ĐV chính thức 26, ĐV dự bị 2, vắng 1 có phép", (28, 27, 1, 0, 0)),
    ("26/28 đv, 2 đv v.p", (28, 26, 2, 0, 0)),
    ("25/28 đ.c, vắng 3 đ.c có lý do", (28, 25, 3, 0, 0)),
    ("25/28 Đ/C, VẮNG 3 Đ/C CÓ LÝ DO", (28, 25, 3, 0, 0)),
    ("25/28 đ/c ạ. 2 đ/c phép, 1 đ/c ko phép ạ", (28, 25, 2, 1, 0)),
    ("msh 1, vắng 2 p", (28, 25, 2, 0, 1)),
    ("25/28, miễn sh 1, phép 2", (28, 25, 2, 0, 1)),
]
FULL: list[Row] = [
    ("28/28 (Đạt 100%)", (28, 28, 0, 0, 0)),
    ("đông đủ", (28, 28, 0, 0, 0)),
    ("Đông đủ ạ", (28, 28, 0, 0, 0)),
    ("đông đủ cả", (28, 28, 0, 0, 0)),
    ("đủ cả", (28, 28, 0, 0, 0)),
    ("đủ hết", (28, 28, 0, 0, 0)),
    ("đủ ạ", (28, 28, 0, 0, 0)),
    ("Đủ!", (28, 28, 0, 0, 0)),
    ("ĐỦ", (28, 28, 0, 0, 0)),
    ("DU", (28, 28, 0, 0, 0)),
    ("du ca", (28, 28, 0, 0, 0)),
    ("dong du", (28, 28, 0, 0, 0)),
    ("đủ 28/28", (28, 28, 0, 0, 0)),
    ("đủ 28/28 ✅", (28, 28, 0, 0, 0)),
    ("100%", (28, 28, 0, 0, 0)),
    ("100 %", (28, 28, 0, 0, 0)),
    ("có mặt 100%", (28, 28, 0, 0, 0)),
    ("100% đảng viên có mặt", (28, 28, 0, 0, 0)),
    ("dự họp 100%", (28, 28, 0, 0, 0)),
    ("đạt 100%", (28, 28, 0, 0, 0)),
    ("tất cả có mặt", (28, 28, 0, 0, 0)),
    ("tất cả đều có mặt ạ", (28, 28, 0, 0, 0)),
    ("mọi người có mặt đầy đủ", (28, 28, 0, 0, 0)),
    ("toàn thể đảng viên có mặt", (28, 28, 0, 0, 0)),
    ("toàn bộ 28 đồng chí có mặt", (28, 28, 0, 0, 0)),
    ("tất cả 28 đ/c đều dự họp", (28, 28, 0, 0, 0)),
    ("cả chi bộ có mặt", (28, 28, 0, 0, 0)),
    ("có mặt hết", (28, 28, 0, 0, 0)),
    ("đi đủ", (28, 28, 0, 0, 0)),
    ("đến đủ", (28, 28, 0, 0, 0)),
    ("không vắng ai", (28, 28, 0, 0, 0)),
    ("ko vắng đ/c nào", (28, 28, 0, 0, 0)),
    ("không có đồng chí nào vắng", (28, 28, 0, 0, 0)),
    ("không có ai vắng mặt", (28, 28, 0, 0, 0)),
    ("không một ai vắng", (28, 28, 0, 0, 0)),
    ("vắng: không", (28, 28, 0, 0, 0)),
    ("vắng: 0", (28, 28, 0, 0, 0)),
    ("vắng 00", (28, 28, 0, 0, 0)),
    ("khong ai vang", (28, 28, 0, 0, 0)),
    ("28 đủ", (28, 28, 0, 0, 0)),
    ("28 người đủ", (28, 28, 0, 0, 0)),
    ("hai mươi tám đồng chí đủ", (28, 28, 0, 0, 0)),
    ("hai tám trên hai tám", (28, 28, 0, 0, 0)),
    ("có mặt 28, vắng 0", (28, 28, 0, 0, 0)),
    ("có mặt 28; vắng có lý do: 0; vắng không lý do: 0", (28, 28, 0, 0, 0)),
    ("đủ, có 2 khách mời", (28, 28, 0, 0, 0)),
    ("đủ 28, 1 đồng chí đến muộn", (28, 28, 0, 0, 0)),
    ("đủ trừ 1 miễn sinh hoạt", ASK),
    ("đủ, miễn 1", (28, 27, 0, 0, 1)),
    ("chưa đủ", ASK),
    ("gần đủ", ASK),
    ("không đủ", ASK),
    ("khong du", ASK),
    ("đủ 27", ASK),
    ("đủ, thiếu 1", ASK),
    ("đủ nhưng vắng 1", ASK),
    ("hầu hết có mặt", ASK),
    ("99%", ASK),
    ("vắng 100%", ASK),
    ("25/28 đạt 100%", ASK),
    ("28/28 đạt 90%", ASK),
    ("đủ 25/28", ASK),
]
REASONS: list[Row] = [
    ("25/28, vắng 2 có lý do, 1 không lý do", (28, 25, 2, 1, 0)),
    ("25/28, vắng 2 có lý do, 1 không có lý do", (28, 25, 2, 1, 0)),
    ("25/28 vắng 1 không lý do, 2 có lý do", (28, 25, 2, 1, 0)),
    ("vắng 1 không, 2 có phép", (28, 25, 2, 1, 0)),
    ("vắng không lý do 1, có lý do 2", (28, 25, 2, 1, 0)),
    ("vắng có lý do: 02; không có lý do: 01", (28, 25, 2, 1, 0)),
    ("25/28, vắng 3 đồng chí (2 đồng chí có lý do, 1 đồng chí không lý do)", (28, 25, 2, 1, 0)),
    ("có mặt 25 đồng chí, vắng 3 đồng chí, trong đó có phép 2, không phép 1", (28, 25, 2, 1, 0)),
    ("25/28, xin phép 3", (28, 25, 3, 0, 0)),
    ("25/28, 3 đồng chí xin phép vắng", (28, 25, 3, 0, 0)),
    ("25/28, có xin phép 2, không xin phép 1", (28, 25, 2, 1, 0)),
    ("25/28, 2 xin phép, 1 không xin phép", (28, 25, 2, 1, 0)),
    ("vắng 3 đều có phép", (28, 25, 3, 0, 0)),
    ("vắng 3, tất cả có lý do", (28, 25, 3, 0, 0)),
    ("vắng 3 người có lý do chính đáng", (28, 25, 3, 0, 0)),
    ("vắng 2 vô lý do", (28, 26, 0, 2, 0)),
    ("vắng 2 chưa có lý do", (28, 26, 0, 2, 0)),
    ("25/28, vắng 2 phép + 1 không phép", (28, 25, 2, 1, 0)),
    ("2 phép 1 không phép", (28, 25, 2, 1, 0)),
    ("phép 2 không phép 1", (28, 25, 2, 1, 0)),
    ("phép: 2, không: 1", (28, 25, 2, 1, 0)),
    ("nghỉ phép 2", (28, 26, 2, 0, 0)),
    ("nghỉ 3 có phép", (28, 25, 3, 0, 0)),
    ("thiếu 3, có phép cả", (28, 25, 3, 0, 0)),
    ("25/28, vắng 3", ASK),
    ("vắng 3", ASK),
    ("25/28", ASK),
    ("25", ASK),
    ("25/28 vắng 2 có phép", ASK),
    ("25/28 vắng 3, 1 không phép", ASK),
    ("vắng 3 ốm", ASK),
    ("25/28, 1 ốm, 2 công tác", ASK),
    ("25/28, 3 đồng chí đi công tác", ASK),
    ("25/28 vắng 3 (1 ốm, 2 đi học)", ASK),
    ("25/28, vắng 3 có phép (ốm 1, công tác 2)", (28, 25, 3, 0, 0)),
    ("25/28, vắng 3 có lý do (ốm, công tác)", (28, 25, 3, 0, 0)),
    ("25/28, 3 phép do ốm", ASK),
    ("26/28, vắng 2 có phép: ốm", (28, 26, 2, 0, 0)),
    ("26/28: 1 có phép (ốm), 1 có phép (bận)", ASK),
    ("1 có phép, 1 có phép", ASK),
    ("1 vắng có phép, 1 vắng", ASK),
    ("vắng 2, vắng 1 có phép", ASK),
    ("vắng 2 bận", ASK),
    ("vắng 2 có báo cáo", ASK),
    ("27/28, 1 chưa rõ", ASK),
    ("vắng 1 không rõ lý do", ASK),
    ("vắng 3, trong đó 2 có phép", ASK),
    ("3 vắng: có phép 3", (28, 25, 3, 0, 0)),
    ("3 vắng mặt, có lý do", (28, 25, 3, 0, 0)),
    ("25 có mặt, còn lại có phép", ASK),
    ("25/28, còn lại vắng có lý do", (28, 25, 3, 0, 0)),
    ("25/28, số còn lại vắng không lý do", (28, 25, 0, 3, 0)),
    ("25/28, 3 không", (28, 25, 0, 3, 0)),
    ("25/28, vắng 4 có phép", ASK),
    ("vắng 3 (2 miễn, 1 phép)", ASK),
    ("Sỹ số 28, vắng 2p", (28, 26, 2, 0, 0)),
    ("25 có 3 không", (28, 25, 0, 3, 0)),
    ("vắng 0 phép 2", ASK),
    ("buổi 2: 25/28 vắng 3 phép", ASK),
    ("vắng 1 dự bị có phép, 2 chính thức có phép", ASK),
    ("26 có mặt và 2 vắng, có phép", (28, 26, 2, 0, 0)),
    ("đủ 28 người và 1 người vắng", ASK),
    ("25/28. Vắng đ/c Lan, Hoa, Tư", ASK),
    ("hai chục có mặt, tám vắng có phép", (28, 20, 8, 0, 0)),
    ("vắng sáu bảy đồng chí có phép", ASK),
    ("tổng: 28. Có: 25. Vắng: 3 phép", (28, 25, 3, 0, 0)),
    ("miễn 2, đủ", (28, 26, 0, 0, 2)),
    ("28 đảng viên có mặt 25 phép 3", (28, 25, 3, 0, 0)),
    ("có phép 2, không phép 1, tổng vắng 3", (28, 25, 2, 1, 0)),
    ("2 phép, 1 không phép, tổng số vắng 3", (28, 25, 2, 1, 0)),
    ("25/28, có phép: 1 ốm, 2 công tác", ASK),
    ("25/28, 2 ốm có phép, 1 không phép", (28, 25, 2, 1, 0)),
    ("25/28, 2 nghỉ ốm có phép, 1 nghỉ không phép", (28, 25, 2, 1, 0)),
    ("25/28, 2 đồng chí nghỉ có lý do, 1 đồng chí nghỉ không lý do", (28, 25, 2, 1, 0)),
    ("có 3 đồng chí vắng có lý do", (28, 25, 3, 0, 0)),
    ("3 đồng chí vắng mặt, đều có lý do", (28, 25, 3, 0, 0)),
    ("vắng ba đồng chí: hai có lý do, một không lý do", (28, 25, 2, 1, 0)),
    ("25/28, vắng 3 không phép", (28, 25, 0, 3, 0)),
    ("25/28, vắng 0 không phép 3 có phép", (28, 25, 3, 0, 0)),
    ("25/28, không ai vắng", ASK),
    ("25/28, đủ", ASK),
    ("25/28, không phép 0", ASK),
    ("vắng không phép 0", (28, 28, 0, 0, 0)),
    ("25/28, 3 có phép, không có ai vắng không phép", (28, 25, 3, 0, 0)),
    ("25/28, 3 có phép, không có không phép", (28, 25, 3, 0, 0)),
    ("25/28, 3 có phép, còn lại đủ", (28, 25, 3, 0, 0)),
    ("vắng 2 có phép, còn lại đủ", (28, 26, 2, 0, 0)),
    ("vắng 2 có phép, còn lại có mặt đủ", (28, 26, 2, 0, 0)),
    ("trừ 2 đồng chí vắng có phép, còn lại có mặt đầy đủ", (28, 26, 2, 0, 0)),
    ("ngoài 2 đồng chí vắng có phép, còn lại đủ", ASK),
    ("2 đồng chí xin nghỉ", ASK),
    ("2 đồng chí xin vắng có lý do", (28, 26, 2, 0, 0)),
    ("25/28, 2 không tham dự có lý do, 1 không tham dự không lý do", (28, 25, 2, 1, 0)),
    ("25 tham gia, 3 không tham gia (có phép)", (28, 25, 3, 0, 0)),
    ("25 đi họp, 3 không đi họp có phép", (28, 25, 3, 0, 0)),
    ("25/28, vắng 3 có phép 1 không", ASK),
    ("vắng 29 có phép", ASK),
]
BLOCKS: list[Row] = [
    ("Tổng số: 28\nCó mặt: 25\nVắng:\n- Có lý do: 2\n- Không lý do: 1", (28, 25, 2, 1, 0)),
    ("Tổng số: 28\nCó mặt: 25\nVắng: 3\n+ Có lý do: 2\n+ Không lý do: 1", (28, 25, 2, 1, 0)),
    ("TS: 28\nCM: 25\nV: 3\nP: 2\nKP: 1", (28, 25, 2, 1, 0)),
    ("Vắng:\nCó phép: 2\nKhông phép: 1\nMiễn: 0", (28, 25, 2, 1, 0)),
    ("vắng:\n2 có phép\n1 không phép", (28, 25, 2, 1, 0)),
    ("Tổng số đảng viên: 28\nSố có mặt: 25\nSố vắng: 03\nTrong đó: có lý do 03", (28, 25, 3, 0, 0)),
    ("1. Tổng số: 28\n2. Có mặt: 25\n3. Vắng có lý do: 3", ASK),
    ("• Tổng số: 28\n• Có mặt: 28\n• Vắng: 0", (28, 28, 0, 0, 0)),
    ("* Tổng số 28\n* Có mặt 25\n* Có phép 3", (28, 25, 3, 0, 0)),
    ("-Tổng số: 28\n-Có mặt: 25\n-3 vắng có phép", (28, 25, 3, 0, 0)),
    ("Tổng số 28 đồng chí.\nCó mặt 25 đồng chí.\nVắng 3 đồng chí.\nLý do: có phép", ASK),
    ("vắng:", ASK),
    ("vắng:\n3", ASK),
    ("Tổng số:\n28", ASK),
    ("có mặt:\nvắng:", ASK),
    ("Vắng 3:\n- đ/c Lan ốm\n- đ/c Hoa bận\n- đ/c Tư công tác", ASK),
]
KINDS: list[Row] = [
    ("chính thức 26, dự bị 2, có mặt 25, vắng 3 có phép", (28, 25, 3, 0, 0)),
    ("28 đảng viên (26 chính thức, 2 dự bị); có mặt 25; vắng 3 có lý do", (28, 25, 3, 0, 0)),
    ("có mặt 25 (24 chính thức, 1 dự bị), vắng 3 có phép", (28, 25, 3, 0, 0)),
    ("25/28 (24 ct, 1 db), vắng 3 p", (28, 25, 3, 0, 0)),
    ("chính thức 14, dự bị 1; vắng 2 có lý do", ASK),
    ("24 chính thức và 1 dự bị, vắng 3 có phép", ASK),
    ("26 chính thức, vắng 2 có phép", ASK),
    ("25 chính thức có mặt, 1 dự bị có mặt, vắng 2 có phép", (28, 26, 2, 0, 0)),
    ("vắng 3 có phép, trong đó 1 dự bị", (28, 25, 3, 0, 0)),
    ("26/28, vắng 2 (1 chính thức, 2 dự bị)", ASK),
    ("28 đảng viên, chính thức 25, dự bị 2, đủ", ASK),
    ("đủ 28 (26 chính thức, 2 dự bị)", (28, 28, 0, 0, 0)),
    ("đủ, không có dự bị", (28, 28, 0, 0, 0)),
]
SPOKEN: list[Row] = [
    ("hai lăm trên hai tám, vắng ba có phép", (28, 25, 3, 0, 0)),
    ("hăm lăm trên hăm tám, ba phép", (28, 25, 3, 0, 0)),
    ("hai nhăm trên hai mươi tám, ba đồng chí có phép", (28, 25, 3, 0, 0)),
    ("hai mươi nhăm có mặt, ba vắng có phép", (28, 25, 3, 0, 0)),
    ("vắng mười lăm có phép", (28, 13, 15, 0, 0)),
    ("vắng một chục có phép", (28, 18, 10, 0, 0)),
    ("vắng hai có phép, một không", (28, 25, 2, 1, 0)),
    ("vắng một có phép", (28, 27, 1, 0, 0)),
    ("hai tư trên hai tám, vắng bốn có lý do", (28, 24, 4, 0, 0)),
    ("hai mươi bảy trên hai mươi tám, một không phép", (28, 27, 0, 1, 0)),
    ("vắng hai ba đồng chí có phép", ASK),
    ("vắng vài đồng chí", ASK),
    ("vắng khoảng 3 có phép", ASK),
    ("hơn 20 đồng chí", ASK),
    ("vắng đồng chí Ba có phép", ASK),
    ("đồng chí Năm vắng không phép", ASK),
    ("đồng chí Tám, đồng chí Chín vắng có phép", ASK),
    ("15 nam 10 nữ", ASK),
]
TYPED: list[Row] = [
    ("25/28 vang 2 co phep 1 khong", (28, 25, 2, 1, 0)),
    ("25/28 VANG 2 CO LY DO, 1 KHONG LY DO", (28, 25, 2, 1, 0)),
    ("TONG SO 28 CO MAT 25 VANG 3 CO LY DO", (28, 25, 3, 0, 0)),
    ("co mat 25 vang 3 phep", (28, 25, 3, 0, 0)),
    ("cos mawtj 25, vawngs 3 cos pheps", (28, 25, 3, 0, 0)),
    ("ddur", (28, 28, 0, 0, 0)),
    ("ddoong ddur", (28, 28, 0, 0, 0)),
    ("khoong ai vawngs", (28, 28, 0, 0, 0)),
    ("toongr soos 28, vawngs 2 khoong lys do", (28, 26, 0, 2, 0)),
    ("vang81 2 co1 phe1p", ASK),
    ("va81ng 2 co1 phe1p", ASK),
    ("２５／２８，vắng ３ có phép", (28, 25, 3, 0, 0)),
    ("25/28, vắng 3 có phép 👍🙏", (28, 25, 3, 0, 0)),
    ("✅ 25/28 vắng 3 có phép", (28, 25, 3, 0, 0)),
    ("25️⃣/28", ASK),
    ("25²/28", ASK),
    ("25½/28", ASK),
    ("25/28 vắng 3 có phép", (28, 25, 3, 0, 0)),
    ("25/28\t vắng\t3 có phép", (28, 25, 3, 0, 0)),
    ("25 / 28 ( vắng 3 có phép ) .", (28, 25, 3, 0, 0)),
    ("25/28; vắng: 03 (có phép: 03)", (28, 25, 3, 0, 0)),
    ("25/28 => vắng 3 có phép", (28, 25, 3, 0, 0)),
    ("25/28 vắng 3 có phép!!!", (28, 25, 3, 0, 0)),
    ("“25/28, vắng 3 có phép”", (28, 25, 3, 0, 0)),
    ("Dạ thưa đồng chí, 25/28, vắng 3 có phép ạ", (28, 25, 3, 0, 0)),
    ("Em báo cáo: 25/28, vắng 3 có phép nhé", (28, 25, 3, 0, 0)),
    ("báo cáo anh, hôm nay có mặt 25/28, vắng 3 có lý do", (28, 25, 3, 0, 0)),
    ("25-28 vắng 3 có phép", ASK),
    ("25:28", ASK),
    ("25 28", ASK),
    ("25, 28", ASK),
    ("2528", ASK),
    ("25/28 26/28", ASK),
    ("25/28 hoặc 26/28", ASK),
    ("25 hay 26", ASK),
    ("25->26/28", ASK),
    ("-25/28", ASK),
    ("25/28, vắng -3", ASK),
    ("2.5/28", ASK),
    ("25,5/28", ASK),
    ("1.028/1.028", ASK),
    ("25/28/11/2026", ASK),
    ("28/11 19h30", ASK),
    ("19h30", ASK),
    ("25/28 lúc 19h30, vắng 3 có phép", (28, 25, 3, 0, 0)),
    ("0/28", ASK),
    ("28/0", ASK),
    ("28/25", ASK),
]
TOTALS: list[Row] = [
    ("25 trên 28, vắng 3 có phép", (28, 25, 3, 0, 0)),
    ("25 trên tổng số 28, vắng 3 có phép", (28, 25, 3, 0, 0)),
    ("25 đồng chí trên tổng số 28 đồng chí, vắng 3 có phép", (28, 25, 3, 0, 0)),
    ("có mặt 25 trên tổng số 28 đảng viên, 3 phép", (28, 25, 3, 0, 0)),
    ("25 trong 28, vắng 3 có phép", (28, 25, 3, 0, 0)),
    ("28 đồng chí, vắng 3 có phép", (28, 25, 3, 0, 0)),
    ("28 đảng viên, 3 vắng có lý do", (28, 25, 3, 0, 0)),
    ("tổng số 28, vắng 3 có phép", (28, 25, 3, 0, 0)),
    ("28 tổng, 25 có mặt, 3 có phép", (28, 25, 3, 0, 0)),
    ("chi bộ có 28 đảng viên, có mặt 25, vắng 3 có lý do", (28, 25, 3, 0, 0)),
    ("25/28 (89,3%), vắng 3 có phép", (28, 25, 3, 0, 0)),
    ("25/28 = 89%, vắng 3 có phép", (28, 25, 3, 0, 0)),
    ("25/28, tỷ lệ 89,29%, vắng 3 có phép", (28, 25, 3, 0, 0)),
    ("25/28, đạt tỷ lệ 90%, vắng 3 có phép", (28, 25, 3, 0, 0)),
    ("25/28, đạt tỷ lệ 95%, vắng 3 có phép", ASK),
    ("vắng 3 (10,7%) có phép", (28, 25, 3, 0, 0)),
    ("triệu tập 28, dự 25, vắng 3 có lý do", (28, 25, 3, 0, 0)),
    ("được triệu tập 26, có mặt 26, miễn 2", (28, 26, 0, 0, 2)),
    ("28 25 3 0", (28, 25, 3, 0, 0)),
    ("28/25/3/0", ASK),
    ("28 25 2 1 0 0", ASK),
    ("25/28, vắng 1 có phép, miễn sinh hoạt 2", (28, 25, 1, 0, 2)),
    ("25/28, 1 miễn, 1 phép, 1 không phép", (28, 25, 1, 1, 1)),
    ("26/26, miễn 2", (28, 26, 0, 0, 2)),
    ("25/28, 2 sinh hoạt nơi khác, 1 phép", (28, 25, 1, 0, 0)),
    ("25/28, 3 phép, 2 đến muộn", (28, 25, 3, 0, 0)),
    ("25/28, 3 phép, khách 1", (28, 25, 3, 0, 0)),
    ("25/28, 3 phép, có 1 đại biểu dự", ASK),
    ("26 + 2 khách", ASK),
    ("25/28, vắng 3 có phép. Họp tốt", ASK),
    ("họp tốt", ASK),
    ("ok", ASK),
    ("dạ", ASK),
    ("", ASK),
    ("???", ASK),
    ("không", ASK),
    ("vắng", ASK),
    ("có phép", ASK),
    ("25/28, 3", ASK),
    ("25/28 2 1", ASK),
    ("bước 3", ASK),
    ("tháng 11", ASK),
]
LINES = [*ABBREVIATED, *FULL, *REASONS, *BLOCKS, *KINDS, *SPOKEN, *TYPED, *TOTALS]


def reading(text: str) -> tuple[int, ...]:
    try:
        return astuple(read_line(text, 28))[:5]
    except Invalid:
        return ASK


@pytest.mark.parametrize(("text", "right"), LINES)
def test_a_line_in_a_cell_of_28(text: str, right: tuple[int, ...]) -> None:
    assert reading(text) == right


WRITTEN_OTHERWISE: dict[str, Callable[[str], str]] = {
    "marks apart from their letters": lambda text: unicodedata.normalize("NFD", text),
    "spaces of a text processor": lambda text: text.replace(" ", "\u00a0"),
    "rows of another system": lambda text: text.replace("\n", "\r\n"),
    "a picture behind": lambda text: f"{text} 🙏🏻",
    "an unseen sign before": lambda text: f"\u200b{text}",
    "small letters": str.lower,
    "great letters": str.upper,
}


@pytest.mark.parametrize("how", WRITTEN_OTHERWISE)
def test_the_same_line_written_otherwise_is_the_same(how: str) -> None:
    wrong = [text for text, right in LINES if text and reading(WRITTEN_OTHERWISE[how](text)) != right]
    assert wrong == []


def test_without_marks_a_line_is_the_same_or_a_question() -> None:
    wrong = [text for text, right in LINES if reading(fold_only(text)) not in (right, ASK)]
    assert wrong == []


def fold_only(text: str) -> str:
    """As it is typed with no Vietnamese keyboard."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in bare if unicodedata.category(char) != "Mn")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("25/28, vắng 3 có phép, chắc thế", "chắc"),
        ("25/28 hay 26/28", "hay"),
        ("vắng khoảng 3", "khoảng"),
        ("25/28, Lan ốm", "Lan"),
        ("đồng chí Ba vắng có phép", "Ba"),
        ("va81ng 2", "va81ng"),
        ("25/28, 3", "3"),
        ("28/11 19h30", "19h30"),
        ("25/28, vắng -3", "-3"),
        ("2.5/28", "2.5"),
    ],
)
def test_the_word_that_was_not_understood_is_quoted(text: str, word: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_line(text, 28)
    assert (refused.value.code, refused.value.facts["word"]) == ("attendance_unclear", word)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("hai lăm, 2 vắng có lý do", {"total": 28, "present": 25, "absent_excused": 2}),
        ("25/28, vắng 3, 1 không phép", {"total": 28, "present": 25, "absent_unexcused": 1}),
        ("vắng 3: 2 ốm, 1 không lý do", {"total": 28, "present": 25, "absent_unexcused": 1}),
        (
            "25/28, 1 có phép, 1 không",
            {"total": 28, "present": 25, "absent_excused": 1, "absent_unexcused": 1},
        ),
        ("miễn 2", {"total": 28, "exempt": 2}),
        ("khách 3", {"total": 28, "guests": 3}),
    ],
)
def test_what_a_line_says_is_kept_though_more_is_to_be_asked(text: str, facts: dict[str, int]) -> None:
    assert read_told(text, 28).known() == facts


# Any wording of a known count comes back as that count, or as a question.

UNITS = ("", " đ/c", " đồng chí", " người", " đ.c", " đv", " đảng viên")
ONES = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def spoken_ways(value: int) -> list[str]:
    """How people say a number below 1,000."""
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    if hundreds:
        head = f"{ONES[hundreds]} trăm"
        if not rest:
            return [head]
        if not tens:
            return [f"{head} {odd} {ONES[ones]}" for odd in ("linh", "lẻ")]
        return [f"{head} {tail}" for tail in spoken_ways(rest)]
    if not tens:
        return [ONES[ones]]
    if tens == 1:
        return (
            ["mười"]
            if not ones
            else [f"mười {one}" for one in (["lăm", "nhăm"] if ones == 5 else [ONES[ones]])]
        )
    after = {0: [""], 1: ["mốt"], 4: ["tư", "bốn"], 5: ["lăm", "nhăm"]}.get(ones, [ONES[ones]])
    long = [f"{ONES[tens]} mươi {one}".strip() for one in after]
    short = [f"{ONES[tens]} {one}" for one in after if one in {"mốt", "tư", "lăm", "nhăm"}]
    chuc = [f"{ONES[tens]} chục"] if not ones else []
    ham = [f"{'hăm' if tens == 2 else 'băm'} {one}" for one in after if one] if tens in (2, 3) else []
    return [*long, *short, *chuc, *ham]


@pytest.mark.parametrize("hundred", range(10))
def test_every_number_below_a_thousand_in_every_wording(hundred: int) -> None:
    for value in range(100 * hundred, 100 * hundred + 100):
        for words in spoken_ways(value):
            for written in (words, fold(words), words.upper(), f"{words} đồng chí"):
                assert read_number(written) == value, written


@st.composite
def wordings(draw: st.DrawFn) -> tuple[str, tuple[int, ...]]:
    """A count of a cell, and a way to say it."""
    present, excused, unexcused, exempt = (draw(st.integers(0, most)) for most in (60, 9, 9, 4))
    present = max(1, present)
    total = present + excused + unexcused + exempt

    def n(value: int, named: bool = True) -> str:
        ways = [str(value), f"{value:02}"] + (spoken_ways(value) if value else [])
        return draw(st.sampled_from(ways)) + (draw(st.sampled_from(UNITS)) if named else "")

    def pick(*ways: str) -> str:
        return draw(st.sampled_from(ways))

    a, p, e, u, x = n(excused + unexcused), n(present), n(excused), n(unexcused), n(exempt)
    t = n(total)
    heads = [
        f"{n(present, False)}/{t}",
        f"có mặt {p}/{t}",
        f"{p} trên tổng số {t}",
        f"tổng số {t}, có mặt {p}",
        f"TS: {t}; CM: {p}",
        f"Tổng số đảng viên: {t}. Số có mặt: {p}",
        f"{present}/{total} ({100 * present / (total or 1):.1f}%)".replace(".", ","),
        f"có mặt {p}",
    ]
    tails = [
        f"vắng {e} có lý do, {u} không lý do",
        f"{e} có phép và {u} không phép",
        f"vắng {a} ({e} có lý do, {u} không lý do)",
        f"vắng mặt {a}, trong đó có phép {e}; không phép {u}",
        f"VP {excused}, VKP {unexcused}",
        f"vắng:\n- có lý do: {e}\n- không lý do: {u}",
        f"vắng có phép: {e}; vắng không phép: {u}",
        f"{e} xin phép, {u} không xin phép",
    ]
    parts = [pick(*heads), pick(*tails)]
    if exempt or draw(st.booleans()):
        parts.append(pick(f"miễn {x}", f"{x} được miễn sinh hoạt", f"miễn sinh hoạt: {x}"))
    text = pick(", ", "; ", ". ", "\n").join(parts) + pick("", ".", " ạ", " 👍", "!")
    return text, (total, present, excused, unexcused, exempt)


@settings(max_examples=400, deadline=None)
@given(wordings())
def test_any_wording_of_a_count_comes_back_or_is_asked(said: tuple[str, tuple[int, ...]]) -> None:
    text, right = said
    for written in (text, fold_only(text), text.upper()):
        try:
            found = astuple(read_line(written, right[0]))[:5]
        except Invalid:
            continue
        assert found == right, written


@settings(max_examples=200, deadline=None)
@given(wordings())
def test_most_wordings_with_marks_are_read_at_once(said: tuple[str, tuple[int, ...]]) -> None:
    text, right = said
    assert astuple(read_line(text, right[0]))[:5] == right

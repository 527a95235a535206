"""The directory: registering, reading, and its real size."""

import json

import pytest

from harness.hub.directory import Registration, level_of
from harness.hub.service import Hub
from harness.hub.settings import HubSettings
from harness.vxp.answers import listed, read_answer
from harness.vxp.failures import Refused
from harness.vxp.operations import OPERATIONS
from tests.hub.hub_rig import DISTRICT, MINISTRY, PROVINCE, Rig, document, status, with_rig


@pytest.mark.parametrize(
    ("organ_id", "level"),
    [
        ("000.00.00.G22", 1), ("000.00.15.H51", 2), ("000.20.15.H13", 3), ("002.00.20.H13", 4),
        ("G22", 1), ("H41.12", 2), ("H37.DN.001", 3), ("0101234567", 1),
    ],
)  # fmt: skip
def test_an_agency_gets_its_level_from_its_code(organ_id: str, level: int) -> None:
    assert level_of(organ_id) == level


def test_an_agency_is_registered_changed_and_removed() -> None:
    async def play(rig: Rig) -> None:
        client = rig.province
        await client.register_agency({"code": "H41.5", "name": "Sở Y tế", "pcode": PROVINCE, "mail": "a@b.vn"})
        assert rig.notes.last_answer["effect"] == {"registered": "H41.5"}
        units = {agency.code: agency for agency in await rig.ministry.get_agencies_list()}
        assert (units["H41.5"].name, units["H41.5"].mail) == ("Sở Y tế", "a@b.vn")
        assert rig.notes.last_answer["effect"] == {"directory": {"rows": 4}}
        assert [a.code for a in await rig.ministry.get_agencies_list_qd20("2")] == [DISTRICT, "H41.5"]
        await rig.ministry.send_edoc(document(to=("H41.5",)), "edoc")
        await client.register_agency({"code": "H41.5", "name": "Sở Y tế (mới)"})
        assert len(await rig.ministry.get_agencies_list()) == 4
        assert await client.count_receive_edoc() == 1
        await client.delete_agency("H41.5")
        assert "H41.5" not in {agency.code for agency in await rig.ministry.get_agencies_list()}
        removed = [agency.code for agency in await rig.ministry.get_synchronize_unit() if agency.deleted]
        assert removed == ["H41.5"]
        with pytest.raises(Refused) as caught:
            await rig.ministry.send_edoc(document("2", to=("H41.5",)), "edoc")
        assert caught.value.code == "18"
        await client.register_agency({"code": "H41.5", "name": "Sở Y tế"})
        assert await client.count_receive_edoc() == 1

    with_rig(play)


def test_a_registration_by_number_changes_the_code() -> None:
    async def play(rig: Rig) -> None:
        agency = rig.hub.directory.agency(DISTRICT)
        assert agency is not None
        await rig.province.register_agency({"id": str(agency.number), "code": "H41.13", "name": "UBND huyện"})
        renamed = rig.hub.directory.agency("H41.13")
        assert renamed is not None
        assert renamed.number == agency.number
        assert rig.hub.directory.agency(DISTRICT) is None

    with_rig(play)


def test_agencies_of_others_cannot_be_taken_or_removed() -> None:
    async def play(rig: Rig) -> None:
        rig.hub.fill_directory(1)
        filled = rig.hub.directory.agency("H01.0.0")
        assert filled is not None
        for code in (MINISTRY, "G22", "H01.0.0"):
            with pytest.raises(Refused) as caught:
                await rig.province.register_agency({"code": code, "name": "Giả mạo"})
            assert caught.value.code == "19"
            with pytest.raises(Refused):
                await rig.province.delete_agency(code)
        await rig.ministry.delete_agency(MINISTRY)
        with pytest.raises(Refused):
            await rig.province.register_agency({"code": MINISTRY, "name": "Giả mạo"})

    with_rig(play)


def test_registering_again_does_not_unlock() -> None:
    async def play(rig: Rig) -> None:
        rig.hub.directory.lock(DISTRICT)
        await rig.province.register_agency({"code": DISTRICT, "name": "UBND huyện"})
        with pytest.raises(Refused) as caught:
            await rig.ministry.send_edoc(document(to=(DISTRICT,)), "edoc")
        assert caught.value.code == "23"

    with_rig(play)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"name":"x"}', b'{"code":1}', b'{"code":["a"]}', b"\xff"])
def test_registrations_that_are_none(body: bytes) -> None:
    async def play(rig: Rig) -> None:
        with pytest.raises(Refused) as caught:
            await rig.province._answered("registerAgency", [], body)
        assert caught.value.code == "10"

    with_rig(play)


@pytest.mark.slow
def test_the_directory_of_the_country() -> None:
    async def play(rig: Rig) -> None:
        rig.hub.fill_directory(110_000)
        rig.hub.fill_directory(110_000)
        agencies = await rig.province.get_agencies_list()
        assert len(agencies) == 110_003
        assert len({agency.code for agency in agencies}) == 110_003
        assert rig.notes.last_answer["effect"]["directory"]["rows"] == 110_003
        assert rig.notes.last_answer["body"]["blob"] is None
        await rig.ministry.send_edoc(document(to=(agencies[-1].code,)), "edoc")

    with_rig(play)


@pytest.mark.parametrize("answer", ["refuse", "successor"])
def test_a_closed_code_is_refused_or_followed_and_its_statuses_reach_the_successor(answer: str) -> None:
    async def play(rig: Rig) -> None:
        await rig.ministry.send_edoc(document(), "edoc")
        rig.hub.succeed(MINISTRY, Registration("G06", "Bộ Khoa học và Công nghệ", code102="000.00.00.G06"))
        assert {one.code for one in await rig.province.get_agencies_list()} == {"G06", PROVINCE, DISTRICT}
        await rig.province.send_edoc(status("01"), "status")
        assert [one.to for one in (await rig.ministry.get_received_edoc_list("status")).items] == ["G06"]
        asked = [rig.province.send_edoc(document(str(n), to=(code,), sender=PROVINCE), "edoc")
                 for n, code in enumerate((MINISTRY, "G22"))]  # fmt: skip
        for call in asked:
            if answer == "refuse":
                with pytest.raises(Refused) as caught:
                    await call
                assert caught.value.code == "18"
            else:
                await call
        assert await rig.ministry.count_receive_edoc() == (0 if answer == "refuse" else 2)

    with_rig(play, closed_receivers=answer)


def test_a_successor_of_a_successor_is_found_and_a_circle_ends() -> None:
    hub = Hub(HubSettings.of())
    hub.add_agency("A", "A", "s")
    hub.succeed("A", Registration("B"))
    hub.succeed("B", Registration("C"))
    found = hub.directory.successor("A")
    assert found is not None
    assert (found.organ_id, found.system_id) == ("C", "s")
    assert hub.directory.successor("C") is None
    hub.succeed("C", Registration("A"))
    assert hub.directory.successor("A") is not None
    with pytest.raises(KeyError):
        hub.succeed("nowhere", Registration("D"))
    hub.close()


def test_communes_stand_right_below_provinces() -> None:
    hub = Hub(HubSettings.of())
    hub.fill_communes(3321, ("H01", "H41"))
    assert hub.directory_rows() == 3321
    one = hub.directory.agency("H41.10002")
    assert one is not None
    assert level_of(one.organ_id) == 2
    hub.close()


def test_rows_have_exactly_the_members_of_the_protocol() -> None:
    hub = Hub(HubSettings.of())
    hub.add_agency(MINISTRY, "Văn phòng", "s", code102="G22")
    for name, (body, _) in {
        "getAgenciesList": hub.directory.listing(),
        "getAgenciesListQD20": hub.directory.listing_qd20("x"),
        "getSynchronizeUnit": hub.directory.units(),
    }.items():
        assert body.isascii()
        (row,) = listed(read_answer(body))
        assert tuple(row) == OPERATIONS[name].row
        assert None not in row.values()
    assert type(json.loads(body)["data"][0]["version"]) is int
    hub.close()


def test_an_answer_is_built_once_until_something_changes() -> None:
    hub = Hub(HubSettings.of())
    hub.fill_directory(10)
    first = hub.directory.listing()[0]
    assert hub.directory.listing()[0] is first
    hub.add_agency(PROVINCE, "UBND", "")
    assert hub.directory.listing()[1] == 11
    hub.close()

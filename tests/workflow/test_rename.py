"""An endpoint gets another name: the next build is sound, and the difference says just that."""

from __future__ import annotations

import shutil

import small_review
import yaml

from poolprop.__main__ import main


def test_after_a_rename_the_build_is_sound_and_the_difference_knows(
    tiny, snakemake, tmp_path, monkeypatch, capsys
):
    folder = tmp_path / "review"
    shutil.copytree(tiny.folder, folder, symlinks=True)
    shutil.copytree(folder / "results", tmp_path / "before")
    plan = yaml.safe_load((folder / "config/config.yaml").read_text("utf-8"))
    plan["endpoints"] = {"answer": plan["endpoints"]["response"]}
    small_review.write_plan(folder, plan)
    run = snakemake(folder)
    assert run.code == 0, run.said

    monkeypatch.chdir(folder)
    assert main(["verify"]) == 0, capsys.readouterr().out
    assert not (folder / "results/analysis/response").exists()
    capsys.readouterr()
    assert main(["diff", str(tmp_path / "before"), "results"]) == 0
    said = capsys.readouterr().out
    assert "response" in said
    assert "answer" in said
    assert "moved" not in said

"""Make the picture of the README from the built site: `make screenshot`.

Left the first lesson on paper-white, in the middle the same on a dark phone, right a printed flashcard.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from lessons.page.blocks import DECK_PDF
from lessons.publish import chromium, http_server

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / ".github" / "screenshot.png"
LESSON = "lessons/vae-training/"
HEIGHT = 700


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        subprocess.run([sys.executable, "-m", "lessons", "build", "--site", str(site)], cwd=ROOT, check=True)
        with http_server.served(http_server.folder(site)) as root, sync_playwright() as playwright:
            address = f"{root}/{LESSON}"
            browser = playwright.chromium.launch(executable_path=chromium.browser(), args=list(chromium.FLAGS))
            desk = picture(browser, address + "#four-kls-solution", 1000, "light")
            phone = picture(browser, address + "#one-training-step-solution", 360, "dark")
        card = printed(site / LESSON / DECK_PDF, Path(folder))
    sheet = Image.new("RGB", (desk.width + phone.width + card.width + 80, HEIGHT + 40), "#b9b2a6")
    sheet.paste(desk, (20, 20))
    sheet.paste(phone, (desk.width + 40, 20))
    sheet.paste(card, (desk.width + phone.width + 60, 20))
    TARGET.parent.mkdir(exist_ok=True)
    sheet.quantize(64).save(TARGET, optimize=True)
    print(f"wrote {TARGET.relative_to(ROOT)}, {TARGET.stat().st_size // 1024} KB")


def picture(browser: Browser, url: str, width: int, scheme: str) -> Image.Image:
    context = browser.new_context(viewport={"width": width, "height": HEIGHT}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(url)
    page.wait_for_load_state("networkidle")
    shot = Image.open(io.BytesIO(page.screenshot()))
    context.close()
    return shot.convert("RGB")


def printed(deck: Path, folder: Path) -> Image.Image:
    command = ["pdftoppm", "-png", "-r", "72", "-f", "5", "-l", "6", str(deck), str(folder / "card")]
    subprocess.run(command, check=True)
    cards = [Image.open(path).convert("RGB") for path in sorted(folder.glob("card-*.png"))]
    column = Image.new("RGB", (cards[0].width, HEIGHT), "#b9b2a6")
    for number, card in enumerate(cards):
        column.paste(card, (0, number * (card.height + 20)))
    return column


if __name__ == "__main__":
    main()

"""Makes the pictures of the installed assistant anew from templates/web/icon.svg (`make pictures`)."""

import re

from playwright.sync_api import Browser

from tests.kit.browser import chromium
from tests.kit.places import TEMPLATES

FOLDER = TEMPLATES / "web"
RED = "#a4161a"


def main() -> None:
    drawing = (FOLDER / "icon.svg").read_text("utf-8")
    square = drawing.replace(' rx="16"', "")
    bubble, check = re.findall(r"<path[^>]*/>", drawing)
    # In a phone's row of signs only what is not transparent counts: the check is cut out of the bubble.
    cut = f'<mask id="cut"><rect width="64" height="64" fill="#fff"/>{check.replace(RED, "#000")}</mask>'
    whole = bubble.replace("<path", '<path mask="url(#cut)"')
    sign = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="7 8 50 50">{cut}{whole}</svg>'
    with chromium() as browser:
        for name, size, svg in (
            ("app-192", 192, drawing),
            ("app-512", 512, drawing),
            ("app-maskable-512", 512, square),
            ("app-apple-180", 180, square),
            ("app-badge-96", 96, sign),
        ):
            draw(browser, svg, size, name)


def draw(browser: Browser, svg: str, size: int, name: str) -> None:
    page = browser.new_page(viewport={"width": size, "height": size})
    look = "<style>body{margin:0;background:transparent}svg{display:block;width:100vw;height:100vh}</style>"
    page.set_content(look + svg)
    page.screenshot(path=FOLDER / f"{name}.png", omit_background=True)
    page.close()


if __name__ == "__main__":
    main()

#!/bin/sh
# Cài trợ lý chi bộ từ thư mục này, không cần Internet:
#   sudo sh install.sh [--no-service] [THƯ MỤC]        (nếu không nêu thư mục: /srv/chibo)
# Chạy lại từ một bản mới hơn là nâng cấp: sao lưu trước, rồi thay chương trình; data/ và .env giữ nguyên.
# --no-service: chỉ cài cho người đang chạy lệnh, không tạo người dùng và dịch vụ.
set -eu
umask 022

service=yes
if [ "${1:-}" = --no-service ]; then service=no; shift; fi
target=${1:-/srv/chibo}
here=$(cd "$(dirname "$0")" && pwd)

stop() { echo "! $*" >&2; exit 1; }

as_owner() {  # trong thư mục cài, bằng người dùng của dịch vụ
  if [ $service = yes ]; then (cd "$target" && runuser -u chibo -- "$@"); else (cd "$target" && "$@"); fi
}

usable() {  # Python 64 bit, có gói kèm theo và có venv
  "$1" -c 'import sys, ensurepip, venv; sys.exit(not ((3, 11) <= sys.version_info[:2] <= (3, 13) and sys.maxsize > 2**32))' 2>/dev/null
}

holds_packages() {  # môi trường cài trọn vẹn từ đúng danh sách gói này, bằng đúng bản Python này
  [ -x "$own" ] && cmp -s "$here/requirements.txt" "$target/.venv/requirements.txt" &&
    [ "version = $("$python" -c 'import platform; print(platform.python_version())')" = "$(grep '^version = ' "$target/.venv/pyvenv.cfg")" ]
}

case $target in /*) ;; *) target=$(pwd)/$target ;; esac
own=$target/.venv/bin/python
case $target in *[!A-Za-z0-9/._-]*) stop "Tên thư mục chỉ gồm chữ không dấu, số và các dấu / . _ -: $target" ;; esac
[ "$(uname -m)" = x86_64 ] || stop "Các gói kèm theo dành cho máy x86_64; máy này là $(uname -m)."
if [ $service = yes ]; then
  [ "$(id -u)" = 0 ] || stop "Cần quyền quản trị: sudo sh install.sh"
  command -v systemctl >/dev/null || stop "Máy không có systemd: chạy với --no-service rồi tự cho chương trình khởi động."
fi

echo "1/6 Kiểm tra thư mục cài…"
(cd "$here" && sha256sum --quiet --check SHA256SUMS) || stop "Thư mục cài bị thiếu hoặc hỏng tệp: chép lại từ bản gốc."

python=
for one in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
  if usable "$one"; then python=$one; break; fi
done
[ -n "$python" ] || stop "Cần Python 3.11, 3.12 hoặc 3.13 và venv. Debian 12, 13, Ubuntu 24.04: apt install python3 python3-venv (có trên đĩa cài của hệ điều hành)."

if [ $service = yes ]; then
  id chibo >/dev/null 2>&1 || useradd --system --home-dir "$target" --shell /usr/sbin/nologin chibo
fi
mkdir -p "$target"

echo "2/6 Sao lưu dữ liệu đang có…"
if [ -d "$target/bot" ] && [ -x "$target/.venv/bin/python" ]; then
  copy=data/before-$(cat "$here/VERSION")-$(date +%Y%m%d-%H%M%S).tar
  as_owner .venv/bin/python -m bot backup "$copy" || stop "Chưa sao lưu được, nên chưa thay gì. Đồng chí xem câu báo ở trên."
  as_owner .venv/bin/python -m bot backup --check "$copy" || stop "Bản sao lưu không nguyên vẹn, nên chưa thay gì."
  if [ $service = yes ]; then systemctl stop chibo 2>/dev/null || true; fi
else
  echo "    chưa có gì: cài lần đầu."
fi

echo "3/6 Chép chương trình vào $target…"
for one in bot handlers schedules templates; do
  rm -rf "${target:?}/$one"
  cp -R "$here/$one" "$target/$one"
done
cp "$here/requirements.txt" "$here/.env.example" "$here/VERSION" "$target/"
mkdir -p "$target/data"
chmod 700 "$target/data"
if [ ! -e "$target/.env" ]; then
  install -m 600 "$here/.env.example" "$target/.env"
fi

if holds_packages; then
  echo "4/6 Các gói đã cài đúng bản này: giữ nguyên."
else
  echo "4/6 Cài các gói kèm theo (bằng $($python --version))…"
  "$python" -m venv --clear "$target/.venv"
  "$own" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-index \
    --find-links "$here/wheels/linux" --only-binary :all: --require-hashes -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$target/.venv/"
fi
"$own" -m compileall -q "$target/bot" "$target/handlers" "$target/schedules"
if [ $service = yes ]; then chown -R chibo "$target/data" "$target/.env"; fi

echo "5/6 Tạo hoặc nâng cấp cơ sở dữ liệu, rồi kiểm tra…"
as_owner .venv/bin/python -m bot migrate || stop "Cơ sở dữ liệu chưa dùng được. Đồng chí sửa $target/.env theo câu báo ở trên rồi chạy lại."
as_owner .venv/bin/python -m bot check || stop "Đồng chí sửa $target/.env theo các dòng ở trên rồi chạy lại."

if [ $service = yes ]; then
  echo "6/6 Tạo dịch vụ chibo và khởi động…"
  sed "s#@TARGET@#$target#g" "$here/chibo.service" >/etc/systemd/system/chibo.service
  systemctl daemon-reload
  systemctl enable --quiet chibo
  systemctl restart chibo
  echo "Xong. Xem: systemctl status chibo; nhật ký: journalctl -u chibo"
  echo "👉 Đồng chí điền $target/.env (mã Telegram, địa chỉ), chạy: systemctl restart chibo; rồi làm tiếp theo HUONG-DAN.txt."
else
  echo "6/6 Không tạo dịch vụ."
  echo "👉 Chạy: cd $target && .venv/bin/python -m bot run; rồi làm tiếp theo HUONG-DAN.txt."
fi

# すべてのページの枠と共通部品。

product = Deungdae
frame-skip = 本文へ移動
frame-way = 現在の場所
frame-language = 言語
frame-rooms = 業務
frame-menu = メニュー
frame-mandate = 任務
frame-waiting = 件が待機中
frame-lock = ロック
frame-unlock = ロックを解除
frame-minutes-left = 残り{ $count }分

date-in-words = { $year }年{ $month }月{ $day }日
date-in-table = { $year }/{ $month }/{ $day }

trouble-title-not-found = ページが見つかりません
trouble-title-refusal = この操作はできません
trouble-title-fault = サーバーで問題が起きました
trouble-first-page = 最初のページへ
refusal-not-found = このアドレスには何もないか、閲覧の権限がありません。
    .next = アドレスを確かめるか、最初のページからやり直してください。
refusal-method = このアドレスはこの方法では使えません。
    .next = 前のページに戻り、画面のボタンを使ってください。
refusal-foreign-form = 別のサイトから送られたため、何も行いませんでした。
    .next = このサーバーのページを開いて、もう一度送ってください。
fault-ours = サーバーはこの処理を終えられませんでした。あなたの間違いではありません。
    .next = もう一度試し、また起きたら、下の番号をサーバーの管理者に伝えてください。
fault-passing = 今はサーバーに保存できません。
    .next = 確認済みの内容は安全です。1分ほど待って、もう一度試してください。

problem-sheet = シート「{ $name }」
problem-row = { $row }行目
problem-column = { $name } 列
problem-field = 項目 { $name }
problem-fault = 記録の番号:

clock-due-today = 今日まで
clock-due-days = あと{ $count }日
clock-due-hours = あと{ $count }時間
clock-due-minutes = あと{ $count }分
clock-late-days = { $count }日超過
clock-late-hours = { $count }時間超過
clock-late-minutes = { $count }分超過
clock-rule = { $due } · { $rule }

qr-code = QRコード: { $label }

comparison-verdict = 結果
comparison-same = 同じ
comparison-differs = 違う
comparison-missing = 欠けている
comparison-nothing = なし

confirmation-final = 取り消すことはできません。
confirmation-back = 行わない

form-optional = (空欄でも可)
form-error = エラー:{" "}
form-errors = { $count }つの回答に問題があります
form-year = 年
form-month = 月
form-day = 日
form-date-incomplete = 日付の一部が空いています。年・月・日をすべて入れてください。
form-date-no-such-day = その日付は存在しません。年・月・日を確かめてください。年は4桁です。

map-title = { $caption }: { $count }地点の地図。一覧は隣の表にあります
map-north = 北緯{ $degrees }°
map-south = 南緯{ $degrees }°
map-east = 東経{ $degrees }°
map-west = 西経{ $degrees }°
map-place = 場所
map-coordinates = 緯度, 経度
map-more = ほか{ $count }地点

estimate-of = 対象
estimate-value = 推定値
estimate-interval = 区間 (95 %)
estimate-not-representative = 代表性なし

progress-of = { $total }のうち{ $done }
progress-minutes-left = 残り約{ $count }分
progress-under-a-minute = 1分以内に終わります
progress-goes-on = このページを離れても処理は続きます。

sealed-closed = { $label }: 封印されています
sealed-opened = 今あなたが開封、記録済み
sealed-not-yours = 別の区画に封印されています
sealed-unlock = ロックを解除して読む
sealed-open = 開く
sealed-open-logged = 記録して開く
sealed-reason = なぜ見る必要がありますか。
sealed-reason-hint = あなたの名前、時刻、この理由が記録されます。

step-done = 完了
step-current = 今
step-later = 後で
step-skipped = 省略

table-count = { $count }件
table-export = 表示中の内容を書き出す:
table-filter = 絞り込み
table-apply = 適用
table-remove-filter = この条件を外す
table-clear = すべて外す
table-nothing-matches = この条件に合うものはありません。
table-pages = ページ送り
table-previous = 前へ
table-next = 次へ

fill-needs-script = ブラウザーでフォームに記入するにはJavaScriptが必要です。このページで有効にするか、電話のODK Collectを使ってください。
fill-made-with = ODK Web Forms (Apache-2.0) で記入します。読み込みはこのサーバーからだけです。

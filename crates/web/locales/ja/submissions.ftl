# 提出物: 一覧、一つの提出物、確認、消去。

submissions-by-form = フォームごとの提出物
submissions-no-form = 公開されたフォームがまだないため、提出物は届きません。先にフォームを公開してください。
submissions-to-forms = フォームへ
submissions-form = フォーム
submissions-count = 提出物
submissions-to-review = 確認待ち
submissions-last = 最後の受信
submissions-received = 受信
submissions-state = 確認
submissions-sender = 送信元
submissions-empty = このフォームの提出物はまだありません。電話やブラウザーから送られると、すぐここに現れます。
submissions-empty-collect = このフォームの提出物はまだありません。ここでブラウザーから記入するか、電話を追加してODK Collectで送ってください。
submissions-locked = 機微な回答は封印されています。ロックを解くと、鍵を持つ回答を読めます。
submissions-closed-to-you = 棒で示した回答は、あなたが鍵を持たない区画に封印されています。
submissions-columns = 列を選ぶ
submissions-map = 地図
sender-phone = 電話 { $number }

filter-any = すべて
filter-device = 電話
filter-from = 受信日から
filter-until = 受信日まで
filter-field = 公開の質問
filter-no-field = なし
filter-test = 回答
filter-value = 値
filter-needs-number = 「以上」と「以下」には12や4.5のような数が必要です。
test-is = と同じ
test-contains = を含む
test-at-least = 以上
test-at-most = 以下

columns-title = 列を選ぶ
columns-which = 表と書き出しに入れる列
columns-show = この列を見る
columns-back = 表に戻る

map-of-form = { $form }: 地図
map-no-field = このフォームには、見られる位置の質問がありません。
map-locked = 位置は封印されています。ロックを解いて見てください。
map-empty = 見られる位置のある提出物がありません。
map-not-all = 地図は提出物{ $count }件のうち最近の{ $shown }件を示しています。ほかは一覧で絞り込んでください。
map-which = 位置
map-show = 地図に示す
map-sensitive = 封印された位置です。今あなたに開かれています。

review-received = 受信
review-edited = 修正あり
review-has-issues = 問題あり
review-approved = 承認
review-rejected = 却下

submission-title = { $form }、{ $received }
submission-received-from = { $received }、{ $sender }から
submission-instance = インスタンスID
submission-identity = 氏名などの身元情報
submission-leaf = 台帳
leaf-number = { $number }番の行
submission-answers = 回答
submission-versions = 版
submission-encrypted = 電話が暗号化した提出物です。届いたまま保管しており、フォームの秘密鍵を持つ人が開けます。
submission-locked = 封印された回答は棒で示します。ロックを解くと、鍵を持つ回答を読めます。
submission-closed-to-you = 機微な回答は、あなたが鍵を持たない区画「{ $compartment }」に封印されています。
submission-identity-open = 身元情報はこの画面でだけ、あなたに開かれています。理由とともに記録されました: 「{ $reason }」。

answer-points = 地点{ $count }か所
answer-acknowledged = 確認済み
answers-rounds = { $count }回
answers-none = ありません。
answers-by-phone = 電話が入れた値
answers-unknown = この版のフォームにない値
answers-unanswered = 回答のない{ $count }問は表示していません。
file-not-arrived = 未着
file-unnamed = ファイル

version-number = 版 { $number }
versions-in = 版{ $number }で変わったこと
versions-changes = 変わった回答
versions-count = { $differing ->
        [0] 見られる回答に違いはなく、
       *[other] { $differing }問の回答が違い、
    }{ $same }問は同じです。
versions-closed = 閉じている回答は比べていません。
versions-sealed = 今開いている封印された回答がこの中にあります。

key-heading = フォームの秘密鍵で開く
key-private = 秘密鍵
key-private-hint = 「BEGIN PRIVATE KEY」から「END PRIVATE KEY」までを、その二行も含めて入れてください。一度だけ使い、保管しません。
key-reason-hint = 身元情報も必要なときだけ書いてください。あなたの名前、時刻、この理由が記録されます。
key-files = ファイル
key-files-save = 回答とファイルを ZIP で保存する
key-files-hint = この場合、画面には何も表示されません。身元情報の質問のファイルは、理由を書いたときだけ入ります。
key-open = この鍵で開く
signature-matches = あなたの鍵で開きました。回答とファイルは、電話が署名したものと同じです。
signature-differs = あなたの鍵で開きました。回答またはファイルが、電話が署名したものと違います。壊れたか、差し替えられています。
signature-absent = あなたの鍵で開きました。電話が署名していないため、損傷は分かりません。
signature-files-missing = あなたの鍵で開きました。未着のファイルがあるため、署名はまだ確かめられません。

review-heading = 確認
review-notes = メモと判断
review-decision = 判断
review-keep = そのままにする
review-note = メモ
review-note-hint = このフォームの機微な回答と同じように封印されます。
review-save = 確認を保存する

history-heading = 履歴
history-received = 受信
history-edited = 修正: 新しい版が届いた
history-reviewed = 確認: { $state }
history-noted = メモを書いた
history-opened = 身元情報を開いた: 「{ $reason }」
history-entity-error = 名簿の項目を書けなかった: { $problem }

erase-heading = 消去
erase-this = この提出物を消去する
erase-what = 消去すると、この提出物の回答とファイルはだれからも失われます。本人が同意を取り消したとき、または保管期間が終わったときに使ってください。
erase-question = { $received }に受信した「{ $form }」の提出物を消去しますか。
erase-verb = この提出物を消去する
erase-reason = 消去する理由は何ですか。
erase-reason-hint = あなたの名前、時刻、この理由は記録に残ります。本人がだれか分かることは書かないでください。
erase-versions = { $count ->
        [1] 回答は破棄されます。
       *[other] { $count }つの版の回答が破棄されます。
    }
erase-files = { $count ->
        [0] ファイルはありません。
       *[other] ファイル{ $count }件が破棄されます。
    }
erase-entries = この提出物から生まれた名簿の項目は残ります。それも消すときは名簿で消去してください。
erase-ledger = 台帳には、何かがあったことを証明する数だけが残り、内容は残りません。
erase-backups = バックアップの写しは、バックアップが廃棄されるときに消えます。

done-sent = 送信し、受け取られました。
done-reviewed = 確認を保存しました。
done-erased = 提出物を消去しました。

refusal-reason = 理由が短すぎます。
    .next = 必要な理由を一言で書いてください。
refusal-reason-needed = このファイルは身元情報なので、理由がなければ開きません。
    .next = 先に提出物の画面で身元情報を開いてください。
refusal-closed = あなたが鍵を持たない区画に封印されています。
    .next = 鍵を持つ人に頼むか、責任者に鍵を求めてください。
refusal-review-state = そのような確認の状態はありません。
    .next = 画面にある状態から選んでください。
refusal-note-empty = 判断もメモもありません。
    .next = 判断を選ぶか、メモを書いてください。
refusal-encrypted = この鍵では提出物が開きません。
    .next = このフォームの秘密鍵か、PEM形式ですべて入っているか確かめてください。
refusal-not-encrypted = 電話で暗号化された提出物ではありません。
    .next = 鍵を使わず、ほかの提出物と同じように開いてください。

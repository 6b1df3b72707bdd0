# Reconciliation: what people said beside what was recorded.

reconciliation = 照合
reconciliation-what = 労働者の回答を、事業者の記録と事業所ごとにのみ照らし合わせます。面談と同じ人の記録を結び付けることは決してありません。どちらの側にも個人を指す鍵がないからです。
reconciliation-draw = 書類は面談と同じ数だけ別に抽選したもので、それぞれ{ $periods }つの賃金期間を見ます。面談した人の書類は決して使いません。
reconciliation-locked = どちらの側も封印されています。鍵を開けてください。面談と記録の両方の鍵が必要です。
reconciliation-compare = 両方を開いて照合する
reconciliation-counted = 数えたもの：面談{ $interviews }件、書類{ $files }件についての記録の検討{ $records }件。
reconciliation-reading = 区間は95％で、加重しています。区間が「差なし」を含まない場合にだけ印を付けます。回答または書類が20未満の値は参考値で、{ $k }未満の集団は示しません。照合したことは台帳に残り、結果は保存されません。
reconciliation-not-private = 面談{ $count }件は内密でなかったか、内密だったかが書かれていないため、どの数字にも入りません。
reconciliation-doubtful = 話す内容を事前に指示されていた人、話したことを恐れている人がいます。そうした人が十分にいる所では、含めた数字と除いた数字を並べて示します。
reconciliation-without = – 疑わしい面談を除く
reconciliation-no-rates = 為替レートの記録がありません。他の通貨の金額は賃金の差から除かれます。訪問団長が訪問のページで両方のレートを記録します。
reconciliation-thresholds = しきい値：{ $limits }
reconciliation-groups = 事業所ごと
reconciliation-all = 全体
reconciliation-figure = 値
reconciliation-interval = 区間（95％）
reconciliation-n = n 回答／記録
reconciliation-flag = 印
reconciliation-nothing = 値なし
reconciliation-no-flag = なし
reconciliation-indicative = 参考値
reconciliation-too-few = 少なすぎるため示しません
reconciliation-no-workforce = 労働者数が必要です：名簿の行がまだありません
colour-amber = 黄
colour-red = 赤
colour-non-compliant = 違反
record-mandate-reconcile = 面談と記録を集団ごとに照合した

refusal-reconcile-locked = 面談と記録は封印されています。
    .next = 鍵を開けてから照合してください。
refusal-reconcile-keys = 面談または記録の一部が開けません。それを欠いた値は誤りになります。
    .next = 鍵を渡す人に、両方の区画の鍵を頼んでください。
refusal-reconcile-many = 一方の提出物が{ $most }件を超えています。
    .next = 両方を書き出し、「deungdae estimate」を使ってください。
